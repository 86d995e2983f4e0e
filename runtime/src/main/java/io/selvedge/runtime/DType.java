package io.selvedge.runtime;

import java.util.Locale;
import java.util.Optional;

/** Type of a tensor's elements; little endian in memory, {@code BOOL} is one byte of 0 or 1. */
public enum DType {
    FLOAT32(4),
    FLOAT16(2),
    BFLOAT16(2),
    FLOAT64(8),
    INT8(1),
    UINT8(1),
    INT16(2),
    UINT16(2),
    INT32(4),
    UINT32(4),
    INT64(8),
    UINT64(8),
    BOOL(1);

    private final int byteCount;

    DType(int byteCount) {
        this.byteCount = byteCount;
    }

    /** Bytes of one element. */
    public int byteCount() {
        return byteCount;
    }

    /** Whether elements are floating-point numbers; their golden outputs are compared with a tolerance. */
    public boolean isFloat() {
        return switch (this) {
            case FLOAT32, FLOAT16, BFLOAT16, FLOAT64 -> true;
            case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64, BOOL -> false;
        };
    }

    /** The name in ONNX's spelling and lower case: {@code float32}, {@code uint8}, {@code bool}. */
    public String onnxName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type whose {@link #onnxName()} is {@code name}, if there is one. */
    public static Optional<DType> named(String name) {
        for (DType dtype : values()) {
            if (dtype.onnxName().equals(name)) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }
}
