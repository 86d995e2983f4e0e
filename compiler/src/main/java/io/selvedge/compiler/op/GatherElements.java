package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

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
        Operands.axis(axis, data.shape().rank());
        shapes(
                data.shape().rank() == indices.shape().rank(),
                "needs indices of data's rank; got data=%s, indices=%s",
                data,
                indices);
        return List.of(new TensorType(data.dtype(), indices.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor data = required(inputs, 0, "data");
        Tensor indices = required(inputs, 1, "indices");
        int along = Operands.axis(axis, data.shape().rank());
        return List.of(data.select(indices.shape(), ScatterElements.positions("GatherElements", data, indices, along)));
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
                constants(data, Operands.axis(axis, data.shape().rank()), indices));
    }

    /** What {@code sv_gather_elements} is told. */
    static Object[] constants(TensorType data, int along, TensorType indices) {
        int[] strides = Strides.of(data.shape().extents());
        int stride = strides[along];
        strides[along] = 0;
        return new Object[] {
            indices.shape().elements(),
            strides.length,
            indices.shape().extents(),
            strides,
            data.shape().extent(along),
            stride,
            data.dtype().bytes(),
            indices.dtype().bytes()
        };
    }
}
