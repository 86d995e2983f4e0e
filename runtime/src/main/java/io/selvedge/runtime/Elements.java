package io.selvedge.runtime;

import java.nio.ByteBuffer;

/** Single elements of little-endian memory as numbers, for every {@link DType}. */
final class Elements {
    private Elements() {}

    /** Element {@code index} as a double; 64-bit integers beyond 2^53 are rounded. */
    static double get(DType dtype, ByteBuffer bytes, int index) {
        int at = index * dtype.byteCount();
        return switch (dtype) {
            case FLOAT32 -> bytes.getFloat(at);
            case FLOAT64 -> bytes.getDouble(at);
            case FLOAT16 -> half(bytes.getShort(at));
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(at) << 16);
            case INT8 -> bytes.get(at);
            case UINT8, BOOL -> bytes.get(at) & 0xff;
            case INT16 -> bytes.getShort(at);
            case UINT16 -> bytes.getShort(at) & 0xffff;
            case INT32 -> bytes.getInt(at);
            case UINT32 -> bytes.getInt(at) & 0xffffffffL;
            case INT64 -> bytes.getLong(at);
            case UINT64 -> unsigned(bytes.getLong(at));
        };
    }

    /** IEEE 754 binary16. Java has this conversion only since 20. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double magnitude;
        if (exponent == 0) {
            magnitude = fraction * 0x1p-24;
        } else if (exponent == 0x1f) {
            magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            magnitude = Math.scalb(1 + fraction * 0x1p-10, exponent - 15);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    private static double unsigned(long value) {
        return value >= 0 ? value : (value >>> 1 | value & 1) * 2.0;
    }
}
