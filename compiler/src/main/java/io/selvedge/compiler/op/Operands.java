package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Positional operands of an operator: what is required, what is optional, what must be a constant. */
public final class Operands {
    private Operands() {}

    /** An operand (type or value) that must be there.
     *  @throws SelvedgeException BAD_GRAPH when it is absent */
    public static <T> T required(List<Optional<T>> operands, int index, String name) {
        return optional(operands, index)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "needs input " + index + " (" + name + "); it is absent"));
    }

    /** An operand that may be absent. */
    public static <T> Optional<T> optional(List<Optional<T>> operands, int index) {
        return index < operands.size() ? operands.get(index) : Optional.empty();
    }

    /** A value that decides the output's shape, like which elements are not zero.
     *  @throws SelvedgeException BAD_GRAPH when it is not known while compiling */
    public static Tensor known(List<Optional<Tensor>> values, int index, String name) {
        return optional(values, index)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "needs input " + index + " (" + name
                                + ") to be constant, because its values decide the output's shape; "
                                + "it is computed from the data"));
    }

    /** The integers of an input that decides the shape of the output.
     *  @throws SelvedgeException BAD_GRAPH when they are not known while compiling */
    public static int[] integers(List<Optional<Tensor>> values, int index, String name) {
        Tensor value = optional(values, index)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "needs input " + index + " (" + name
                                + ") to be constant, because it decides the output's shape; "
                                + "it is computed from the data"));
        return Arrays.stream(value.toLongs()).mapToInt(Operands::clamp).toArray();
    }

    /** Files write "to the end" as the largest integer of any width. */
    static int clamp(long value) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
    }

    /** Non-negative axis.
     *  @throws SelvedgeException BAD_ATTRIBUTE when out of range */
    public static int axis(int axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "axis " + axis + " is out of range for rank " + rank);
        }
        return axis < 0 ? axis + rank : axis;
    }

    /** Non-negative index; a negative one counts from the end.
     *  @throws SelvedgeException BAD_DATA when out of range */
    static int index(String type, long index, int extent, int axis) {
        if (index < -extent || index >= extent) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA, type + " index " + index + " is outside axis " + axis + " of extent " + extent);
        }
        return (int) (index < 0 ? index + extent : index);
    }

    /** Requires shapes that fit.
     *  @throws SelvedgeException SHAPE_MISMATCH unless the condition holds */
    @SuppressWarnings("AnnotateFormatMethod") // The annotation is a dependency that nothing else needs.
    public static void shapes(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new SelvedgeException(ErrorCode.SHAPE_MISMATCH, message.formatted(arguments));
        }
    }

    /** Requires one element type.
     *  @throws SelvedgeException DTYPE_MISMATCH unless both have one dtype */
    public static void sameDType(TensorType a, TensorType b) {
        if (a.dtype() != b.dtype()) {
            throw new SelvedgeException(ErrorCode.DTYPE_MISMATCH, "needs inputs of one dtype, got " + a + " and " + b);
        }
    }

    /** Requires a floating element type, and gives it.
     *  @throws SelvedgeException UNSUPPORTED_DTYPE unless the dtype is a floating one */
    public static DType floating(TensorType type) {
        if (!type.dtype().isFloat()) {
            throw new SelvedgeException(ErrorCode.UNSUPPORTED_DTYPE, "needs a floating-point input, got " + type);
        }
        return type.dtype();
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE unless they are int32 or int64 */
    static TensorType indices(TensorType type) {
        if (type.dtype() != DType.INT32 && type.dtype() != DType.INT64) {
            throw new SelvedgeException(ErrorCode.UNSUPPORTED_DTYPE, "needs int32 or int64 indices, got " + type);
        }
        return type;
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE unless they are int64 */
    static TensorType int64(TensorType type) {
        if (type.dtype() != DType.INT64) {
            throw new SelvedgeException(ErrorCode.UNSUPPORTED_DTYPE, "needs int64, got " + type);
        }
        return type;
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE unless they are strings */
    static TensorType strings(TensorType type) {
        if (type.dtype() != DType.STRING) {
            throw new SelvedgeException(ErrorCode.UNSUPPORTED_DTYPE, "needs strings, got " + type);
        }
        return type;
    }
}
