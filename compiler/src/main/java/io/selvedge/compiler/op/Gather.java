package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y[a, i, b] = data[a, indices[i], b]} with {@code axis} between a and b; negative indices count from the end.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Gather.html">ONNX Gather</a>
 */
public record Gather(int axis) implements Op, Lowerable {
    /** Copies that are less code than a table of indices. */
    private static final int FEW = 8;

    static Op read(OpCall call) {
        return new Gather(call.axis(0));
    }

    @Override
    public String type() {
        return "Gather";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType data = required(inputs, 0, "data");
        TensorType indices = Operands.indices(required(inputs, 1, "indices"));
        int along = Operands.axis(axis, data.shape().rank());
        List<Dim> y = new ArrayList<>(data.shape().dims().subList(0, along));
        y.addAll(indices.shape().dims());
        y.addAll(data.shape().dims().subList(along + 1, data.shape().rank()));
        return List.of(new TensorType(data.dtype(), new Shape(y)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor data = required(inputs, 0, "data");
        Tensor indices = required(inputs, 1, "indices");
        int[] extents = data.shape().extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        int count = indices.elements();
        Shape shape = infer(List.of(Optional.of(data.type()), Optional.of(indices.type())), List.of())
                .getFirst()
                .shape();
        int[] sources = new int[Math.toIntExact(shape.elements())];
        for (int i = 0; i < sources.length; i++) {
            int position = Operands.index("Gather", indices.getLong(i / inner % count), extents[along], along);
            sources[i] = (i / inner / count * extents[along] + position) * inner + i % inner;
        }
        return List.of(data.select(shape, sources));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    /** Constant indices are slices: one where they are a scalar or evenly spaced, else, where they are few, a copy each. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Optional<Tensor> constant = builder.graph().constant(node.input(1));
        if (constant.isEmpty()) {
            byRoutine(node, builder);
            return;
        }
        Tensor indices = constant.get();
        View data = builder.view(node.input(0));
        int along = Operands.axis(axis, data.extents().length);
        int count = indices.elements();
        int[] at = new int[count];
        for (int i = 0; i < count; i++) {
            at[i] = Operands.index("Gather", indices.getLong(i), data.extents()[along], along);
        }
        int step = count > 1 ? at[1] - at[0] : 1;
        boolean even = true;
        for (int i = 1; i < count; i++) {
            even &= at[i] - at[i - 1] == step;
        }
        if (indices.shape().rank() == 0) {
            builder.alias(node.output(), Moves.without(data.sliced(along, at[0], 1, 1), along));
        } else if (indices.shape().rank() == 1 && even) {
            builder.alias(node.output(), data.sliced(along, count == 0 ? 0 : at[0], step, count));
        } else if (count > FEW) {
            byRoutine(node, builder);
        } else {
            int[] flat = data.extents().clone();
            flat[along] = count;
            View out = builder.define(node.output());
            View target = out.reshaped(flat)
                    .orElseGet(() -> builder.temporary(
                            node.name() + ".rows",
                            builder.graph().type(node.output()).dtype(),
                            flat));
            for (int i = 0; i < count; i++) {
                builder.copy(
                        data.sliced(along, at[i], 1, 1),
                        target.sliced(along, i, 1, 1),
                        Moves.bytes(builder, node.output()));
            }
            if (target.buffer() != out.buffer()) {
                builder.copy(target.reshaped(out.extents()).orElseThrow(), out, Moves.bytes(builder, node.output()));
            }
        }
    }

    private void byRoutine(Node node, ProgramBuilder builder) {
        int[] extents = builder.extents(node.input(0));
        int along = Operands.axis(axis, extents.length);
        TensorType indices = builder.graph().type(node.input(1));
        Routines.call(
                builder,
                node.output(),
                "gather",
                "sv_gather_axis",
                List.of(node.input(0), node.input(1)),
                Strides.product(extents, 0, along),
                extents[along],
                indices.shape().elements(),
                (long) Strides.product(extents, along + 1, extents.length) * Moves.bytes(builder, node.output()),
                indices.dtype().bytes());
    }
}
