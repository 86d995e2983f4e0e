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
            case FLOAT64 -> "double";
            case INT16 -> "short";
            case UINT16, FLOAT16, BFLOAT16 -> "unsigned short";
            case UINT32 -> "unsigned";
            case UINT64 -> "unsigned long long";
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, UINT4 -> "unsigned char";
            case INT4 -> "signed char";
            case STRING -> throw new IllegalStateException("kernels do not compute on texts");
        };
    }

    /** Whether its vectors are loaded and stored by {@code half.h}. */
    static boolean isHalf(DType dtype) {
        return dtype == DType.FLOAT16 || dtype == DType.BFLOAT16;
    }

    /** Suffix of vector primitives: {@code sv_load_u8_f32} is {@code "sv_load" + "_u8_f32"}. */
    private static String suffix(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "";
            case UINT8, INT8, BOOL -> "_u8";
            case INT32 -> "_s32";
            case INT64 -> "_s64";
            case FLOAT16 -> "_f16";
            case BFLOAT16 -> "_bf16";
            default -> throw new IllegalStateException("no f32 vectors of " + dtype.text());
        };
    }

    /** An f32 vector from {@code lanes} elements that lie {@code stride} apart. */
    static String load(DType dtype, String pointer, int stride, int lanes, int vector) {
        String suffix = suffix(dtype);
        if (stride == 0 && isHalf(dtype)) {
            return "sv_splat(sv_float_of" + suffix + "(*(" + pointer + ")))";
        }
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

    /** A double literal that reads back as the same number. */
    static String literal(double value) {
        return Double.isFinite(value) ? Double.toString(value) : literal((float) value);
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
