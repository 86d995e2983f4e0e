package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes axes of extent 1: those that the optional second input lists, else all.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Squeeze.html">ONNX Squeeze</a>
 */
public record Squeeze() implements Op, Lowerable {
    static Op read(OpCall call) {
        if (call.attributes().has("axes")) {
            call.set(1, "axes", call.attributes().integers("axes"));
        }
        return new Squeeze();
    }

    @Override
    public String type() {
        return "Squeeze";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "data");
        boolean all = inputs.size() < 2 || inputs.get(1).isEmpty();
        Set<Integer> axes = new HashSet<>();
        if (!all) {
            for (int axis : Operands.integers(constants, 1, "axes")) {
                axes.add(Operands.axis(axis, x.shape().rank()));
            }
        }
        List<Dim> y = new ArrayList<>();
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            boolean one = x.shape().extent(axis) == 1;
            shapes(one || !axes.contains(axis), "needs extent 1 on axis %s to remove it, got %s", axis, x);
            if (all ? !one : !axes.contains(axis)) {
                y.add(x.shape().dims().get(axis));
            }
        }
        return List.of(new TensorType(x.dtype(), new Shape(y)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "data");
        return List.of(x.reshaped(infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst()
                .shape()));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Moves.reshape(builder, node.input(0), node.output());
    }
}
