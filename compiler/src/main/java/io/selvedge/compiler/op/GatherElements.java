package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

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
 * {@code Y[i] = data[i with indices[i] along axis]}. Shapes: Y as indices, of data's rank; negative indices count from the
 * end.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GatherElements.html">ONNX GatherElements</a>
 */
public record GatherElements(int axis) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new GatherElements(call.axis(0));
    }

    @Override
    public String type() {
        return "GatherElements";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType data = required(inputs, 0, "data");
        TensorType indices = required(inputs, 1, "indices");
        new AlongAxis(data, axis).check(indices);
        return List.of(new TensorType(data.dtype(), indices.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor data = required(inputs, 0, "data");
        Tensor indices = required(inputs, 1, "indices");
        return List.of(
                data.select(indices.shape(), new AlongAxis(data.type(), axis).positions("GatherElements", indices)));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType data = builder.graph().type(node.input(0));
        TensorType indices = builder.graph().type(node.input(1));
        Routines.call(
                builder,
                node.output(),
                "gather",
                "sv_gather_elements",
                List.of(node.input(0), node.input(1)),
                constants(new AlongAxis(data, axis), data, indices));
    }

    /** What {@code sv_gather_elements} is told. */
    static Object[] constants(AlongAxis along, TensorType data, TensorType indices) {
        List<Object> constants = new ArrayList<>(Arrays.asList(along.constants(indices)));
        constants.add(data.dtype().bytes());
        constants.add(indices.dtype().bytes());
        return constants.toArray();
    }
}
