package io.selvedge.jvm.kernel;

/** float16 and bfloat16 as bits; rounding is half to even. Java has it since 20 only. */
public final class Halves {
    private Halves() {}

    static float ofHalf(short bits) {
        int magnitude = bits & 0x7fff;
        int exponent = magnitude >> 10;
        int sign = (bits & 0x8000) << 16;
        if (exponent == 0) {
            return Math.copySign(magnitude * 0x1p-24f, Float.intBitsToFloat(sign | 0x3f800000));
        }
        int wide = (magnitude << 13) + (112 << 23) + (exponent == 31 ? 112 << 23 : 0);
        return Float.intBitsToFloat(wide | sign);
    }

    static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00);
        }
        float size = Float.intBitsToFloat(magnitude);
        if (size >= 65520) {
            return (short) (sign | 0x7c00);
        }
        if (size < 0x1p-14f) {
            // Adding 0.5 leaves the number in units of 2^-24, rounded.
            return (short) (sign | (Float.floatToRawIntBits(size + 0.5f) - (126 << 23)));
        }
        return (short) (sign | ((magnitude + 0xfff + ((magnitude >> 13) & 1) - (112 << 23)) >> 13));
    }

    static float ofBfloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static short toBfloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((Float.isNaN(value) ? bits | 0x400000 : bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
