package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The ONNX operator Shape: extents of X from axis {@code start} to {@code end} as int64.
 *
 * @param end exclusive; the largest integer for all axes
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Shape.html">ONNX Shape</a>
 */
public record ShapeOf(int start, int end) implements Op {
    static Op read(OpCall call) {
        return new ShapeOf(
                call.attributes().index("start", 0), call.attributes().index("end", Integer.MAX_VALUE));
    }

    @Override
    public String type() {
        return "Shape";
    }

    @Override
    public Map<String, Object> attributes() {
        return start == 0 && end == Integer.MAX_VALUE
                ? Map.of()
                : Attributes.map("start", (long) start, "end", (long) end);
    }

    /** The first axis that it looks at. */
    public int first(TensorType x) {
        int rank = x.shape().rank();
        return Math.clamp(start < 0 ? start + rank : start, 0, rank);
    }

    /** The extents. */
    public Tensor value(TensorType x) {
        int rank = x.shape().rank();
        int from = first(x);
        int to = Math.clamp(end < 0 ? end + rank : end, from, rank);
        long[] extents = new long[to - from];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = x.shape().extent(from + i);
        }
        return Tensor.longs(extents, extents.length);
    }

    @Override
    public Optional<Tensor> valueFromTypes(List<Optional<TensorType>> inputs) {
        return Optional.of(value(required(inputs, 0, "data")));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(value(required(inputs, 0, "data")).type());
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        return List.of(value(required(inputs, 0, "data").type()));
    }
}
