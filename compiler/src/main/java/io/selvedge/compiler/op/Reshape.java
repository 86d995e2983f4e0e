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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The same elements under another shape. In the shape input 0 copies the extent of X (unless {@code allowZero}) and one
 * -1 takes what is left.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Reshape.html">ONNX Reshape</a>
 */
public record Reshape(boolean allowZero) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new Reshape(call.attributes().flag("allowzero", false));
    }

    @Override
    public String type() {
        return "Reshape";
    }

    @Override
    public Map<String, Object> attributes() {
        return allowZero ? Attributes.map("allowzero", 1L) : Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "data");
        int[] wanted = Operands.integers(constants, 1, "shape");
        long[] extents = new long[wanted.length];
        long product = 1;
        int open = -1;
        for (int axis = 0; axis < wanted.length; axis++) {
            extents[axis] = wanted[axis];
            if (wanted[axis] == 0 && !allowZero) {
                shapes(axis < x.shape().rank(), "shape copies axis %s, which %s has not", axis, x);
                extents[axis] = x.shape().extent(axis);
            }
            shapes(extents[axis] >= -1, "needs extents of -1 or more, got %s", wanted[axis]);
            if (extents[axis] == -1) {
                shapes(open < 0, "needs at most one -1 in the shape, got several");
                open = axis;
            } else {
                product *= extents[axis];
            }
        }
        if (open >= 0) {
            extents[open] = product == 0 ? 0 : x.shape().elements() / product;
            product *= extents[open];
        }
        Shape y = Shape.of(extents);
        shapes(product == x.shape().elements(), "needs as many elements as before: %s into %s", x, y);
        return List.of(new TensorType(x.dtype(), y));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "data");
        return List.of(x.reshaped(
                infer(List.of(Optional.of(x.type())), inputs).getFirst().shape()));
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
