package io.selvedge.compiler.op;

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
 * Inference form: {@code Y = X}, and a mask that is true everywhere.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Dropout.html">ONNX Dropout</a>
 */
public record Dropout() implements Op, Lowerable {
    static Op read(OpCall call) {
        if (call.has(2) && call.known(2).map(t -> t.getLong(0) != 0).orElse(true)) {
            return new TrainingDropout(call.attributes().integer("seed", 0));
        }
        if (call.opset() < 7 && !call.attributes().flag("is_test", false)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "Dropout of opset " + call.opset()
                            + " trains unless its attribute is_test is 1; export the model in evaluation mode");
        }
        call.keep(1);
        return call.outputs() > 1 ? new Dropout() : new Identity();
    }

    @Override
    public String type() {
        return "Dropout";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        return List.of(x, new TensorType(DType.BOOL, x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        return List.of(x, Tensor.integers(new TensorType(DType.BOOL, x.shape()), _ -> 1));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        builder.alias(node.output(), builder.view(node.input(0)));
        if (node.outputs().size() > 1) {
            Moves.fill(builder, builder.define(node.outputs().get(1)), DType.BOOL, 1);
        }
    }
}
