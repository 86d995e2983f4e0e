package io.selvedge.compress.data;

import io.selvedge.compiler.ir.DType;
import java.nio.ByteBuffer;

/** Values of a dtype read from bytes, and values rounded to a dtype. */
final class Elements {
    private Elements() {}

    /** Element number {@code i} of a buffer in its own byte order. */
    static double read(ByteBuffer data, DType dtype, int i) {
        return switch (dtype) {
            case FLOAT32 -> data.getFloat(i * 4);
            case FLOAT64 -> data.getDouble(i * 8);
            case FLOAT16 -> Float.float16ToFloat(data.getShort(i * 2));
            case BFLOAT16 -> Float.intBitsToFloat(data.getShort(i * 2) << 16);
            case INT8 -> data.get(i);
            case UINT8 -> data.get(i) & 0xff;
            case BOOL -> data.get(i) == 0 ? 0 : 1;
            case INT16 -> data.getShort(i * 2);
            case UINT16 -> data.getShort(i * 2) & 0xffff;
            case INT32 -> data.getInt(i * 4);
            case UINT32 -> data.getInt(i * 4) & 0xffffffffL;
            case INT64 -> data.getLong(i * 8);
            case UINT64 -> new java.math.BigInteger(Long.toUnsignedString(data.getLong(i * 8))).doubleValue();
            case STRING, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, UINT4, INT4 ->
                throw new IllegalStateException("descriptions of data do not name " + dtype.text());
        };
    }

    /** Nearest value of the dtype: half to even, then clamped, for integers; unchanged for floating point. */
    static float round(double value, DType dtype) {
        if (dtype.isFloat()) {
            return (float) value;
        }
        double low = lowest(dtype);
        double high = highest(dtype);
        // Adding zero turns -0 into 0, which integers do not tell apart.
        return (float) (Math.min(Math.max(Math.rint(value), low), high) + 0.0);
    }

    private static double lowest(DType dtype) {
        return switch (dtype) {
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            case INT64 -> Long.MIN_VALUE;
            default -> 0;
        };
    }

    private static double highest(DType dtype) {
        return switch (dtype) {
            case BOOL -> 1;
            case INT8 -> Byte.MAX_VALUE;
            case UINT8 -> 0xff;
            case INT16 -> Short.MAX_VALUE;
            case UINT16 -> 0xffff;
            case INT32 -> Integer.MAX_VALUE;
            case UINT32 -> 0xffffffffL;
            default -> Long.MAX_VALUE;
        };
    }
}
