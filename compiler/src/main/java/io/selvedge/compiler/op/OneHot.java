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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y[.., k, ..] = indices[..] == k ? values[1] : values[0]} with a new axis of extent depth; negative indices count
 * from the end, others outside match nothing. Inputs: indices, depth, values [off, on].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__OneHot.html">ONNX OneHot</a>
 */
public record OneHot(int axis) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new OneHot(call.attributes().index("axis", -1));
    }

    @Override
    public String type() {
        return "OneHot";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType indices = required(inputs, 0, "indices");
        TensorType values = required(inputs, 2, "values");
        shapes(values.shape().equals(Shape.of(2)), "needs the values [off, on], got %s", values);
        int[] depth = Operands.integers(constants, 1, "depth");
        shapes(depth.length == 1 && depth[0] > 0, "needs one positive depth, got %s", Arrays.toString(depth));
        List<Dim> y = new ArrayList<>(indices.shape().dims());
        y.add(Operands.axis(axis, y.size() + 1), new Dim.Known(depth[0]));
        return List.of(new TensorType(values.dtype(), new Shape(y)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor indices = required(inputs, 0, "indices");
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        int along = Operands.axis(axis, type.shape().rank());
        int[] extents = type.shape().extents();
        int inner = Strides.product(extents, along + 1, extents.length);
        int depth = extents[along];
        int[] sources = new int[Math.toIntExact(type.shape().elements())];
        Arrays.setAll(sources, i -> {
            long index = indices.getLong(i / inner / depth * inner + i % inner);
            return (index < 0 ? index + depth : index) == i / inner % depth ? 1 : 0;
        });
        return List.of(required(inputs, 2, "values").select(type.shape(), sources));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        int[] extents = builder.extents(node.output());
        int along = Operands.axis(axis, extents.length);
        Routines.call(
                builder,
                node.output(),
                "moves",
                "sv_one_hot",
                List.of(node.input(0), node.input(2)),
                Strides.product(extents, 0, along),
                extents[along],
                Strides.product(extents, along + 1, extents.length),
                builder.graph().type(node.input(0)).dtype(),
                Moves.bytes(builder, node.output()));
    }
}
