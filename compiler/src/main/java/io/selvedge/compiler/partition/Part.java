package io.selvedge.compiler.partition;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.TensorType;
import java.util.Set;

/**
 * A piece of a model that one runtime runs in one go.
 *
 * @param graph plain ONNX; it takes from callers and earlier parts, by name, and gives what later parts and callers read
 */
public record Part(Kind kind, Graph graph) {
    /** Who runs it. */
    public enum Kind {
        /** Compiled to native code. */
        NATIVE,
        /** Left to another runtime. */
        DELEGATED;

        Kind other() {
            return this == NATIVE ? DELEGATED : NATIVE;
        }
    }

    /** What both sides can hand over. */
    private static final Set<DType> COMMON = Set.of(
            DType.FLOAT32,
            DType.FLOAT64,
            DType.FLOAT16,
            DType.BFLOAT16,
            DType.INT8,
            DType.UINT8,
            DType.INT16,
            DType.INT32,
            DType.INT64,
            DType.BOOL);

    /** @throws SelvedgeException UNBOUND_DIMENSION or UNSUPPORTED_DTYPE when a value cannot be handed over */
    void requireHandOver() {
        graph.inputs().forEach(this::requireHandOver);
        graph.outputs().forEach(this::requireHandOver);
    }

    private void requireHandOver(String value) {
        TensorType type = graph.type(value);
        boolean full =
                type.shape().dims().stream().allMatch(dim -> dim instanceof Dim.Known(long extent) && extent > 0);
        if (!full) {
            throw new SelvedgeException(
                    ErrorCode.UNBOUND_DIMENSION,
                    "'" + value + "' " + type
                            + " leaves a part that is delegated, and its extents are not known; only values of"
                            + " a fixed shape can. Let the model pad or select to a fixed shape, or drop that output");
        }
        if (kind == Kind.DELEGATED && !COMMON.contains(type.dtype())) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "'" + value + "' " + type + " enters or leaves a part that is delegated; values there can be "
                            + COMMON);
        }
    }
}
