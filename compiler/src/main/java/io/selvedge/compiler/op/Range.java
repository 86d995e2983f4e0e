package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y[i] = start + i * delta} for {@code i < ceil((limit - start) / delta)}; three scalars of one dtype.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Range.html">ONNX Range</a>
 */
public record Range() implements Op {
    static Op read(OpCall call) {
        return new Range();
    }

    @Override
    public String type() {
        return "Range";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType start = required(inputs, 0, "start");
        // Not "integers": the count follows from floats too, but all three must be known.
        for (int i = 0; i < 3; i++) {
            Operands.integers(constants, i, "start, limit, delta");
        }
        double from = required(constants, 0, "start").getDouble(0);
        double limit = required(constants, 1, "limit").getDouble(0);
        double delta = required(constants, 2, "delta").getDouble(0);
        Operands.shapes(delta != 0, "needs a delta other than 0");
        return List.of(TensorType.of(start.dtype(), (long) Math.max(0, Math.ceil((limit - from) / delta))));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor start = required(inputs, 0, "start");
        Tensor delta = required(inputs, 2, "delta");
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        return List.of(
                type.dtype().isFloat()
                        ? Tensor.filled(type, i -> start.getDouble(0) + i * delta.getDouble(0))
                        : Tensor.integers(type, i -> start.getLong(0) + i * delta.getLong(0)));
    }
}
