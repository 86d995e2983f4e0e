package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * In inference {@code Y = X}, and a mask that is true everywhere. In training {@code Y = X / (1 - ratio)} where a random mask
 * is true, else 0; inputs are then X, ratio (0.5) and training_mode, and the numbers those of NumPy's generator.
 *
 * @param seed of the training form; empty in inference
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Dropout.html">ONNX Dropout</a>
 */
public record Dropout(Optional<Long> seed) implements Op, Lowerable {
    static Op read(OpCall call) {
        if (call.has(2) && call.known(2).map(t -> t.getLong(0) != 0).orElse(true)) {
            return new Dropout(Optional.of(call.attributes().integer("seed", 0)));
        }
        if (call.opset() < 7 && !call.attributes().flag("is_test", false)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "Dropout of opset " + call.opset()
                            + " trains unless its attribute is_test is 1; export the model in evaluation mode");
        }
        call.keep(1);
        return call.outputs() > 1 ? new Dropout(Optional.empty()) : new Identity();
    }

    @Override
    public String type() {
        return "Dropout";
    }

    @Override
    public boolean isRandom() {
        return seed.isPresent();
    }

    @Override
    public Map<String, Object> attributes() {
        return seed.map(number -> Attributes.map("seed", number)).orElse(Map.of());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        return List.of(x, new TensorType(DType.BOOL, x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType mask = new TensorType(DType.BOOL, x.shape());
        double ratio = optional(inputs, 1).map(given -> given.getDouble(0)).orElse(0.5);
        boolean trains = optional(inputs, 2).map(given -> given.getLong(0) != 0).orElse(false);
        if (!(ratio >= 0 && ratio < 1)) {
            throw new SelvedgeException(ErrorCode.BAD_DATA, "Dropout's ratio is " + ratio + "; it must be in [0, 1)");
        }
        if (seed.isEmpty() || !trains || ratio == 0) {
            return List.of(x, Tensor.integers(mask, _ -> 1));
        }
        MersenneTwister random = new MersenneTwister(seed.get().intValue());
        Tensor kept = Tensor.integers(mask, _ -> random.uniform() >= ratio ? 1 : 0);
        double scale = 1 / (1 - ratio);
        return List.of(Tensor.filled(x.type(), i -> kept.getLong(i) * x.getDouble(i) * scale), kept);
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        if (seed.isPresent()) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP, "Dropout that trains runs in the reference evaluator only");
        }
        builder.alias(node.output(), builder.view(node.input(0)));
        if (node.outputs().size() > 1) {
            Moves.fill(builder, builder.define(node.outputs().get(1)), DType.BOOL, 1);
        }
    }
}
