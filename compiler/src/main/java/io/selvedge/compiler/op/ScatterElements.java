package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
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
        Operands.axis(axis, data.shape().rank());
        shapes(
                indices.shape().equals(updates.shape())
                        && indices.shape().rank() == data.shape().rank(),
                "needs indices and updates of one shape and of data's rank; got data=%s, indices=%s, updates=%s",
                data,
                indices,
                updates);
        return List.of(data);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor data = required(inputs, 0, "data");
        Tensor indices = required(inputs, 1, "indices");
        int along = Operands.axis(axis, data.shape().rank());
        return List.of(reduction.scatter(
                data, required(inputs, 2, "updates"), positions("ScatterElements", data, indices, along)));
    }

    /** For each index the element of data that it means. */
    static int[] positions(String type, Tensor data, Tensor indices, int along) {
        int[] strides = Strides.of(data.shape().extents());
        int stride = strides[along];
        strides[along] = 0;
        int[] positions = Strides.walk(indices.shape().extents(), strides, 0);
        Arrays.setAll(
                positions,
                i -> positions[i]
                        + stride
                                * Operands.index(
                                        type, indices.getLong(i), data.shape().extent(along), along));
        return positions;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType data = builder.graph().type(node.input(0));
        TensorType indices = builder.graph().type(node.input(1));
        int[] strides = Strides.of(data.shape().extents());
        int along = Operands.axis(axis, strides.length);
        int stride = strides[along];
        strides[along] = 0;
        Routines.call(
                builder,
                node.output(),
                "scatter",
                "sv_scatter_elements",
                node.inputs(),
                data.shape().elements(),
                indices.shape().elements(),
                strides.length,
                indices.shape().extents(),
                strides,
                data.shape().extent(along),
                stride,
                data.dtype(),
                indices.dtype().bytes(),
                reduction);
    }
}
