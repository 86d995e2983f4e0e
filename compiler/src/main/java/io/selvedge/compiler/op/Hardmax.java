package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * 1 at the first largest element along one axis, 0 elsewhere.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Hardmax.html">ONNX Hardmax</a>
 */
public record Hardmax(int axis) implements Op {
    /** Before opset 13 all axes from {@code axis} on counted as one. */
    static Op read(OpCall call) {
        int axis = call.axis(call.opset() < 13 ? 1 : -1);
        if (call.opset() >= 13 || !call.has(0) || axis == call.extents(0).length - 1) {
            return new Hardmax(axis);
        }
        List<Integer> shape = Arrays.stream(call.extents(0)).boxed().toList();
        String flat = call.before("flat", new Flatten(axis), call.input(0));
        call.set(0, call.before("hard", new Hardmax(1), flat));
        call.set(1, "shape", shape);
        return new Reshape(false);
    }

    @Override
    public String type() {
        return "Hardmax";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        Operands.floating(x);
        Operands.axis(axis, x.shape().rank());
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        int[] extents = x.shape().extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        Tensor best = new ArgReduce(true, along, true, false)
                .evaluate(List.of(Optional.of(x)))
                .getFirst();
        return List.of(Tensor.integers(x.type(), i -> {
            int row = i / inner / extents[along] * inner + i % inner;
            return best.getLong(row) == i / inner % extents[along] ? 1 : 0;
        }));
    }
}
