package io.selvedge.compiler.program;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;

/**
 * What an expression is computed in. F32 is vectors; the others are scalars of 64 bits, which hold every narrower type
 * exactly: integers are computed there and wrap when stored.
 */
public enum Compute {
    F32(DType.FLOAT32),
    F64(DType.FLOAT64),
    S64(DType.INT64),
    U64(DType.UINT64);

    private final DType dtype;

    Compute(DType dtype) {
        this.dtype = dtype;
    }

    /** The element type of constants that become weights of such a kernel, and of its temporary buffers. */
    public DType dtype() {
        return dtype;
    }

    /** The narrowest in which values of all these types meet: halves and booleans in F32, mixtures with integers in F64. */
    public static Compute of(Collection<DType> dtypes) {
        if (dtypes.contains(DType.FLOAT64)
                || dtypes.stream().anyMatch(dtype -> dtype.float8().isPresent())) {
            return F64;
        }
        boolean floats = dtypes.stream().anyMatch(DType::isFloat);
        boolean integers = dtypes.stream().anyMatch(dtype -> !dtype.isFloat() && dtype != DType.BOOL);
        if (!integers) {
            return F32;
        }
        return floats ? F64 : dtypes.contains(DType.UINT64) ? U64 : S64;
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE when integers would go through a function of real numbers */
    void require(Expr expr) {
        if ((this == S64 || this == U64) && !expr.isOfIntegers()) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "native kernels have no exponentials, roots or fractions of integers; cast the operator's inputs to float");
        }
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE when elements of that type are neither loaded into nor stored from it */
    void require(DType operand, String node) {
        boolean held = switch (operand) {
            case FLOAT32, FLOAT16, BFLOAT16, UINT8, INT8, BOOL, INT32, INT64 -> true;
            case FLOAT64, UINT64, UINT32, INT16, UINT16 -> this != F32;
            case UINT4, INT4, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> this != F32;
            case STRING -> false;
        };
        if (!held) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "'" + node + "' would compute with " + operand.text()
                            + " in float32, for which there is no kernel; " + "cast its inputs to float in the model");
        }
    }

    /** The bytes of a constant as a weight of such a kernel. */
    public byte[] packed(Tensor constant) {
        int count = constant.elements();
        ByteBuffer buffer = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (this) {
                case F32 -> buffer.putFloat(constant.getFloat(i));
                case F64 -> buffer.putDouble(constant.getDouble(i));
                case S64, U64 -> buffer.putLong(constant.getLong(i));
            }
        }
        return buffer.array();
    }
}
