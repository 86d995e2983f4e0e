package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

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
 * {@code Y = X}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Identity.html">ONNX Identity</a>
 */
public record Identity() implements Op, Lowerable {
    static Op read(OpCall call) {
        return new Identity();
    }

    @Override
    public String type() {
        return "Identity";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(required(inputs, 0, "X"));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        return List.of(required(inputs, 0, "X"));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        builder.alias(node.output(), builder.view(node.input(0)));
    }
}
