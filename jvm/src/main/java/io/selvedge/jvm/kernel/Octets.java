package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;

/**
 * Eight-bit floats: a sign, some exponent bits, {@code mantissa} bits. {@code largest} is the code of the largest number; with
 * {@code infinity} the next code is infinity, else it is NaN; without {@code negativeZero} the code of -0 is the one NaN.
 */
record Octets(int mantissa, int bias, int largest, boolean infinity, boolean negativeZero) {
    private static final Octets E4M3FN = new Octets(3, 7, 0x7e, false, true);
    private static final Octets E4M3FNUZ = new Octets(3, 8, 0x7f, false, false);
    private static final Octets E5M2 = new Octets(2, 15, 0x7b, true, true);
    private static final Octets E5M2FNUZ = new Octets(2, 16, 0x7f, false, false);

    static Octets of(Element element) {
        return switch (element) {
            case FLOAT8E4M3FN -> E4M3FN;
            case FLOAT8E4M3FNUZ -> E4M3FNUZ;
            case FLOAT8E5M2 -> E5M2;
            case FLOAT8E5M2FNUZ -> E5M2FNUZ;
            default -> throw new IllegalStateException(element + " is no float of eight bits");
        };
    }

    double real(byte octet) {
        int bits = octet & 0xff;
        int code = bits & 127;
        if ((!negativeZero && bits == 128) || code > largest) {
            return infinity && code == largest + 1
                    ? (bits & 128) != 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY
                    : Double.NaN;
        }
        int exponent = code >> mantissa;
        int rest = code & ((1 << mantissa) - 1);
        int size = exponent != 0 ? rest + (1 << mantissa) : rest;
        double value = Math.scalb((double) size, Math.max(exponent, 1) - bias - mantissa);
        return (bits & 128) != 0 ? -value : value;
    }

    /** The nearest, ties to even; what is too large becomes infinity or NaN. */
    byte bits(double value) {
        int none = negativeZero ? 127 : 128;
        if (Double.isNaN(value)) {
            return (byte) none;
        }
        int sign = Double.doubleToRawLongBits(value) < 0 ? 128 : 0;
        double size = Math.abs(value);
        int code = largest + 1;
        if (size < 0x1p20) {
            int exponent = Math.max(Math.getExponent(size), 1 - bias);
            code = (int) Math.rint(Math.scalb(size, mantissa - exponent)) + ((exponent + bias - 1) << mantissa);
        }
        if (code > largest) {
            return (byte) (negativeZero ? sign | (infinity ? largest + 1 : 127) : none);
        }
        return (byte) (code == 0 && !negativeZero ? 0 : sign | code);
    }
}
