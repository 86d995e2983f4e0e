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
import io.selvedge.compiler.program.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Repeats X along every axis: {@code Y[i, ...] = X[i mod extent, ...]}; the second input counts the repeats.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Tile.html">ONNX Tile</a>
 */
public record Tile() implements Op, Lowerable {
    static Op read(OpCall call) {
        return new Tile();
    }

    @Override
    public String type() {
        return "Tile";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        int[] repeats = Operands.integers(constants, 1, "repeats");
        shapes(repeats.length == x.shape().rank(), "needs a repeat for each axis of %s, got %s", x, repeats.length);
        long[] y = new long[repeats.length];
        for (int axis = 0; axis < y.length; axis++) {
            y[axis] = (long) x.shape().extent(axis) * repeats[axis];
        }
        return List.of(TensorType.of(x.dtype(), y));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        Shape shape = infer(List.of(Optional.of(x.type())), inputs).getFirst().shape();
        int[] from = x.shape().extents();
        int[] strides = Strides.of(from);
        int[] to = shape.extents();
        int[] sources = new int[Math.toIntExact(shape.elements())];
        for (int i = 0; i < sources.length; i++) {
            int rest = i;
            for (int axis = to.length - 1; axis >= 0; axis--) {
                sources[i] += rest % to[axis] % from[axis] * strides[axis];
                rest /= to[axis];
            }
        }
        return List.of(x.select(shape, sources));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        View from = builder.view(node.input(0));
        View to = builder.define(node.output());
        for (int axis = from.extents().length - 1; axis >= 0; axis--) {
            int repeats = to.extents()[axis] / from.extents()[axis];
            to = Moves.split(to, axis, repeats);
            from = Moves.repeated(from, axis, repeats);
        }
        builder.copy(from, to, Moves.bytes(builder, node.output()));
    }
}
