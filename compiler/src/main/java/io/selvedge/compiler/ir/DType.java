package io.selvedge.compiler.ir;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Element types, with ONNX's TensorProto code and the width in bytes; a four-bit integer takes a byte, sign-extended. */
public enum DType {
    FLOAT32(1, 4),
    UINT8(2, 1),
    INT8(3, 1),
    UINT16(4, 2),
    INT16(5, 2),
    INT32(6, 4),
    INT64(7, 8),
    /** Texts, which lie beside a tensor's bytes. */
    STRING(8, 0),
    BOOL(9, 1),
    FLOAT16(10, 2),
    FLOAT64(11, 8),
    UINT32(12, 4),
    UINT64(13, 8),
    BFLOAT16(16, 2),
    FLOAT8E4M3FN(17, 1),
    FLOAT8E4M3FNUZ(18, 1),
    FLOAT8E5M2(19, 1),
    FLOAT8E5M2FNUZ(20, 1),
    UINT4(21, 1),
    INT4(22, 1);

    private final int onnxCode;
    private final int bytes;

    DType(int onnxCode, int bytes) {
        this.onnxCode = onnxCode;
        this.bytes = bytes;
    }

    /** The number in TensorProto.data_type. */
    public int onnxCode() {
        return onnxCode;
    }

    /** Width of an element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether it is a floating type of any width. */
    public boolean isFloat() {
        return this == FLOAT32 || this == FLOAT16 || this == FLOAT64 || this == BFLOAT16 || float8().isPresent();
    }

    /** Whether files store two of it in a byte. */
    public boolean isFourBits() {
        return this == UINT4 || this == INT4;
    }

    /** The format of an eight-bit float; empty for every other dtype. */
    public Optional<Float8> float8() {
        return switch (this) {
            case FLOAT8E4M3FN -> Optional.of(Float8.E4M3FN);
            case FLOAT8E4M3FNUZ -> Optional.of(Float8.E4M3FNUZ);
            case FLOAT8E5M2 -> Optional.of(Float8.E5M2);
            case FLOAT8E5M2FNUZ -> Optional.of(Float8.E5M2FNUZ);
            default -> Optional.empty();
        };
    }

    /** The dtype of ONNX's TensorProto code; empty for complex numbers and codes that do not exist. */
    public static Optional<DType> ofOnnxCode(int code) {
        return Arrays.stream(values()).filter(dtype -> dtype.onnxCode == code).findFirst();
    }

    /** The dtype of a lower-case name: {@code float32}. */
    public static Optional<DType> ofText(String text) {
        return Arrays.stream(values())
                .filter(dtype -> dtype.text().equals(text))
                .findFirst();
    }

    /** Lower-case name as in manifests, reports and text dumps: {@code float32}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
