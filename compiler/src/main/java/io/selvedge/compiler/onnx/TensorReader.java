package io.selvedge.compiler.onnx;

import com.google.protobuf.ByteString;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.proto.TensorProto;
import java.nio.file.Path;
import java.util.Optional;

/** Tensors of every encoding. Nothing is allocated before the bytes that fill it were seen. */
final class TensorReader {
    private final String file;
    private final ExternalData external;

    TensorReader(String file, Optional<Path> folder) {
        this.file = file;
        this.external = new ExternalData(file, folder);
    }

    /** @throws SelvedgeException BAD_MODEL when bytes and shape disagree, UNSUPPORTED_DTYPE, EXTERNAL_DATA */
    Tensor read(TensorProto proto, String name) {
        DType dtype = DType.ofOnnxCode(proto.getDataType())
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "tensor '" + name + "' has ONNX element type " + proto.getDataType()
                                + ", which is not supported (" + file + ")"));
        long elements = 1;
        for (long extent : proto.getDimsList()) {
            // An extent of 0 hides how large the others are.
            if (extent < 0 || extent > Integer.MAX_VALUE || (extent > 0 && elements > Integer.MAX_VALUE / extent)) {
                throw bad(name, "has the shape " + proto.getDimsList() + ", which is negative or too large");
            }
            elements *= extent;
        }
        long bytes = dtype.isFourBits() ? (elements + 1) / 2 : elements * dtype.bytes();
        if (bytes > Integer.MAX_VALUE - 64) {
            throw bad(name, "has " + bytes + " bytes; the largest tensor is 2 GB");
        }
        long[] extents =
                proto.getDimsList().stream().mapToLong(extent -> extent).toArray();
        TensorType type = new TensorType(dtype, Shape.of(extents));
        if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return ofBytes(type, external.read(proto, name, bytes));
        }
        if (proto.hasRawData() && dtype != DType.STRING) {
            ByteString raw = proto.getRawData();
            check(name, type, raw.size(), bytes, "bytes");
            // A large tensor stays where the file's bytes are.
            return dtype.isFourBits()
                    ? ofBytes(type, raw.toByteArray())
                    : Tensor.view(type, raw.asReadOnlyByteBuffer());
        }
        return typed(proto, name, type, elements);
    }

    /** Tensor of the bytes of a file, where a byte holds two four-bit integers, the lower half first. */
    private static Tensor ofBytes(TensorType type, byte[] bytes) {
        return type.dtype().isFourBits()
                ? Tensor.integers(type, i -> bytes[i / 2] >> (i % 2 * 4))
                : Tensor.of(type, bytes);
    }

    private Tensor typed(TensorProto proto, String name, TensorType type, long elements) {
        return switch (type.dtype()) {
            case FLOAT32 -> {
                check(name, type, proto.getFloatDataCount(), elements, "values in float_data");
                yield Tensor.filled(type, proto::getFloatData);
            }
            case FLOAT64 -> {
                check(name, type, proto.getDoubleDataCount(), elements, "values in double_data");
                yield Tensor.filled(type, proto::getDoubleData);
            }
            case INT64 -> {
                check(name, type, proto.getInt64DataCount(), elements, "values in int64_data");
                yield Tensor.integers(type, proto::getInt64Data);
            }
            case UINT64, UINT32 -> {
                check(name, type, proto.getUint64DataCount(), elements, "values in uint64_data");
                yield Tensor.integers(type, proto::getUint64Data);
            }
            case INT32, INT16, UINT16, INT8, UINT8, BOOL -> {
                check(name, type, proto.getInt32DataCount(), elements, "values in int32_data");
                yield Tensor.integers(type, proto::getInt32Data);
            }
            case STRING -> {
                check(name, type, proto.getStringDataCount(), elements, "strings");
                yield Tensor.texts(type.shape(), i -> proto.getStringData(i).toStringUtf8());
            }
            case UINT4, INT4 -> {
                check(name, type, proto.getInt32DataCount(), (elements + 1) / 2, "bytes in int32_data");
                yield Tensor.integers(type, i -> proto.getInt32Data(i / 2) >> (i % 2 * 4));
            }
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> {
                check(name, type, proto.getInt32DataCount(), elements, "values in int32_data");
                byte[] bytes = new byte[Math.toIntExact(elements)];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) proto.getInt32Data(i);
                }
                yield Tensor.of(type, bytes);
            }
            case FLOAT16, BFLOAT16 -> {
                check(name, type, proto.getInt32DataCount(), elements, "values in int32_data");
                // The 16 bits of the float, not its value, stand in each int32.
                Tensor bits = Tensor.integers(new TensorType(DType.UINT16, type.shape()), proto::getInt32Data);
                byte[] bytes = new byte[bits.bytes().remaining()];
                bits.bytes().get(bytes);
                yield Tensor.of(type, bytes);
            }
        };
    }

    private void check(String name, TensorType type, long found, long needed, String what) {
        if (found != needed) {
            throw bad(name, "is " + type + " and needs " + needed + " " + what + ", found " + found);
        }
    }

    private SelvedgeException bad(String name, String what) {
        return new SelvedgeException(ErrorCode.BAD_MODEL, "tensor '" + name + "' " + what + " (" + file + ")");
    }
}
