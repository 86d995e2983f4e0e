package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Coordinates of the elements that are not zero, one column each, in row-major order: Y int64 [rank, count]. The input must
 * be constant because it decides the output's shape.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__NonZero.html">ONNX NonZero</a>
 */
public record NonZero() implements Op {
    static Op read(OpCall call) {
        return new NonZero();
    }

    @Override
    public String type() {
        return "NonZero";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        required(inputs, 0, "X");
        return List.of(evaluate(List.of(Optional.of(Operands.known(constants, 0, "X"))))
                .getFirst()
                .type());
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        int[] extents = x.shape().extents();
        int[] strides = Strides.of(extents);
        int[] found = IntStream.range(0, x.elements())
                .filter(i -> x.getDouble(i) != 0)
                .toArray();
        return List.of(Tensor.integers(TensorType.of(DType.INT64, extents.length, found.length), i -> {
            int axis = i / found.length;
            return found[i % found.length] / strides[axis] % extents[axis];
        }));
    }
}
