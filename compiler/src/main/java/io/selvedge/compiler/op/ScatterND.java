package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A copy of data in which {@code Y[indices[i]] = reduction(Y[indices[i]], updates[i])}, the last axis of indices holding
 * coordinates of data's leading axes. Shapes: indices [I...,k], updates [I..., data's axes from k on].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ScatterND.html">ONNX ScatterND</a>
 */
public record ScatterND(ScatterReduction reduction) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new ScatterND(ScatterReduction.read(call));
    }

    @Override
    public String type() {
        return "ScatterND";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("reduction", reduction.onnx());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType data = required(inputs, 0, "data");
        TensorType indices = required(inputs, 1, "indices");
        TensorType updates = required(inputs, 2, "updates");
        Operands.sameDType(data, updates);
        Shape expected = GatherND.shape(data, indices, 0);
        shapes(
                updates.shape().equals(expected),
                "needs updates of shape %s; got data=%s, indices=%s, updates=%s",
                expected,
                data,
                indices,
                updates);
        return List.of(data);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor data = required(inputs, 0, "data");
        Tensor indices = required(inputs, 1, "indices");
        return List.of(reduction.scatter(
                data, required(inputs, 2, "updates"), GatherND.positions("ScatterND", data, indices, 0)));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType data = builder.graph().type(node.input(0));
        TensorType indices = builder.graph().type(node.input(1));
        int[] extents = data.shape().extents();
        int[] at = indices.shape().extents();
        int depth = at[at.length - 1];
        int[] named = Arrays.copyOf(extents, depth);
        Routines.call(
                builder,
                node.output(),
                "scatter",
                "sv_scatter_nd",
                node.inputs(),
                data.shape().elements(),
                Strides.product(at, 0, at.length - 1),
                depth,
                named,
                Strides.of(named),
                Strides.product(extents, depth, extents.length),
                data.dtype(),
                indices.dtype().bytes(),
                reduction);
    }
}
