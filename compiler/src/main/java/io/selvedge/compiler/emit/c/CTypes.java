package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;

/** How element types are spelt in C and which primitives load and store vectors of them. */
final class CTypes {
    private CTypes() {}

    static String of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "float";
            case UINT8, INT8, BOOL -> "unsigned char";
            case INT32 -> "int";
            case INT64 -> "long long";
            case UINT16,
                    INT16,
                    FLOAT16,
                    FLOAT64,
                    UINT32,
                    UINT64,
                    BFLOAT16,
                    STRING,
                    FLOAT8E4M3FN,
                    FLOAT8E4M3FNUZ,
                    FLOAT8E5M2,
                    FLOAT8E5M2FNUZ,
                    UINT4,
                    INT4 -> throw new IllegalStateException("kernels do not compute on " + dtype.text());
        };
    }

    /** Suffix of vector primitives: {@code sv_load_u8_f32} is {@code "sv_load" + "_u8_f32"}. */
    private static String suffix(DType dtype) {
        return switch (of(dtype)) {
            case "float" -> "";
            case "unsigned char" -> "_u8";
            case "int" -> "_s32";
            default -> "_s64";
        };
    }

    /** An f32 vector from {@code lanes} elements that lie {@code stride} apart. */
    static String load(DType dtype, String pointer, int stride, int lanes, int vector) {
        String suffix = suffix(dtype);
        if (stride == 0) {
            return "sv_splat(" + (suffix.isEmpty() ? "" : "(float)") + "*(" + pointer + "))";
        }
        if (stride == 1 && lanes == vector) {
            return "sv_load" + suffix + (suffix.isEmpty() ? "" : "_f32") + "(" + pointer + ")";
        }
        if (stride == 1 && suffix.isEmpty()) {
            return "sv_load_part(" + pointer + ", " + lanes + ")";
        }
        if (stride == 1 && suffix.equals("_u8")) {
            return "sv_load_part_u8_f32(" + pointer + ", " + lanes + ")";
        }
        return "sv_gather" + suffix + "(" + pointer + ", " + stride + ", " + lanes + ")";
    }

    /** Stores the first {@code lanes} of f32 vector {@code value}. */
    static String store(DType dtype, String pointer, int stride, int lanes, int vector, String value) {
        String suffix = suffix(dtype);
        if (stride == 1 && lanes == vector) {
            return "sv_store" + suffix + "(" + pointer + ", " + value + ");";
        }
        if (stride == 1 && (suffix.isEmpty() || suffix.equals("_u8"))) {
            return "sv_store_part" + suffix + "(" + pointer + ", " + value + ", " + lanes + ");";
        }
        return "sv_scatter" + suffix + "(" + pointer + ", " + stride + ", " + value + ", " + lanes + ");";
    }

    /** A float literal that reads back as the same number. */
    static String literal(float value) {
        if (Float.isNaN(value)) {
            return "__builtin_nanf(\"\")";
        }
        if (Float.isInfinite(value)) {
            return value > 0 ? "__builtin_inff()" : "-__builtin_inff()";
        }
        return Float.toString(value) + "f";
    }
}
