package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A copy of data in which {@code Y[.., indices[i], ..] = reduction(Y[.., indices[i], ..], updates[i])}, the index replacing
 * position i's coordinate along {@code axis}. Shapes: indices and updates equal, of data's rank; negative indices count from
 * the end.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ScatterElements.html">ONNX ScatterElements</a>
 */
public record ScatterElements(int axis, ScatterReduction reduction) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new ScatterElements(call.axis(0), ScatterReduction.read(call));
    }

    @Override
    public String type() {
        return "ScatterElements";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis, "reduction", reduction.onnx());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType data = required(inputs, 0, "data");
        TensorType indices = required(inputs, 1, "indices");
        TensorType updates = required(inputs, 2, "updates");
        Operands.sameDType(data, updates);
        shapes(
                indices.shape().equals(updates.shape()),
                "needs indices and updates of one shape; got indices=%s, updates=%s",
                indices,
                updates);
        new AlongAxis(data, axis).check(indices);
        return List.of(data);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor data = required(inputs, 0, "data");
        Tensor indices = required(inputs, 1, "indices");
        return List.of(reduction.scatter(
                data,
                required(inputs, 2, "updates"),
                new AlongAxis(data.type(), axis).positions("ScatterElements", indices)));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType data = builder.graph().type(node.input(0));
        TensorType indices = builder.graph().type(node.input(1));
        List<Object> constants = new ArrayList<>();
        constants.add(data.shape().elements());
        constants.addAll(Arrays.asList(new AlongAxis(data, axis).constants(indices)));
        constants.addAll(List.of(data.dtype(), indices.dtype().bytes(), reduction));
        Routines.call(builder, node.output(), "scatter", "sv_scatter_elements", node.inputs(), constants.toArray());
    }
}
