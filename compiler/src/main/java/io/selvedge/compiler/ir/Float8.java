package io.selvedge.compiler.ir;

/**
 * The formats of eight-bit floats: one sign bit, some exponent bits, the rest mantissa. FN has no infinities, UZ no
 * negative zero and one NaN, which takes its code.
 *
 * @see <a href="https://onnx.ai/onnx/technical/float8.html">ONNX float 8</a>
 */
public enum Float8 {
    E4M3FN(3, 7, 0x7e, false),
    E4M3FNUZ(3, 8, 0x7f, true),
    E5M2(2, 15, 0x7b, false),
    E5M2FNUZ(2, 16, 0x7f, true);

    private static final int SIGN = 0x80;

    /** E5M2's code of infinity, the first behind its largest number. */
    private static final int INFINITY = 0x7c;

    private final int largest;
    private final boolean unsignedZero;
    /** Magnitudes by code, in ascending order, and the one that would follow the largest. */
    @SuppressWarnings("ImmutableEnumChecker") // Written by the constructor alone.
    private final double[] magnitudes;

    Float8(int mantissaBits, int bias, int largest, boolean unsignedZero) {
        this.largest = largest;
        this.unsignedZero = unsignedZero;
        this.magnitudes = new double[largest + 2];
        for (int code = 0; code < magnitudes.length; code++) {
            int exponent = code >> mantissaBits;
            int mantissa = code & ((1 << mantissaBits) - 1);
            int implied = exponent == 0 ? 0 : 1 << mantissaBits;
            magnitudes[code] = Math.scalb((double) (implied + mantissa), Math.max(exponent, 1) - bias - mantissaBits);
        }
    }

    /** The number of a code. */
    public float decode(byte bits) {
        int code = bits & (SIGN - 1);
        boolean negative = bits < 0;
        if (code > largest || (unsignedZero && negative && code == 0)) {
            return !hasInfinity() || code != INFINITY
                    ? Float.NaN
                    : negative ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
        }
        return (float) (negative ? -magnitudes[code] : magnitudes[code]);
    }

    /** The code of the nearest number, ties to even; what is too large becomes the largest, or else infinity or NaN. */
    public byte encode(double value, boolean saturate) {
        if (Double.isNaN(value)) {
            return (byte) (unsignedZero ? SIGN : SIGN - 1);
        }
        int sign = Math.copySign(1, value) < 0 ? SIGN : 0;
        int code = nearest(Math.abs(value));
        if (code <= largest) {
            return (byte) (unsignedZero && code == 0 ? 0 : sign | code);
        }
        if (saturate) {
            return (byte) (sign | largest);
        }
        return (byte) (unsignedZero ? SIGN : sign | (hasInfinity() ? INFINITY : SIGN - 1));
    }

    /** The largest finite number. */
    public double max() {
        return magnitudes[largest];
    }

    private boolean hasInfinity() {
        return this == E5M2;
    }

    private int nearest(double magnitude) {
        int low = 0;
        int high = magnitudes.length - 1;
        if (magnitude >= magnitudes[high]) {
            return high;
        }
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (magnitudes[middle] <= magnitude) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double below = magnitude - magnitudes[low];
        double above = magnitudes[high] - magnitude;
        return below < above || (below == above && low % 2 == 0) ? low : high;
    }
}
