package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

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
 * The same elements as a matrix: the axes before {@code axis} and those from it on are joined.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Flatten.html">ONNX Flatten</a>
 */
public record Flatten(int axis) implements Op, Lowerable {
    static Op read(OpCall call) {
        int axis = call.attributes().index("axis", 1);
        return new Flatten(
                axis < 0 && call.has(0) ? axis + call.inputType(0).shape().rank() : axis);
    }

    @Override
    public String type() {
        return "Flatten";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        int rank = x.shape().rank();
        int split = axis == rank ? rank : Operands.axis(axis, rank);
        int[] extents = x.shape().extents();
        return List.of(new TensorType(
                x.dtype(), Shape.of(Strides.product(extents, 0, split), Strides.product(extents, split, rank))));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        return List.of(x.reshaped(
                infer(List.of(Optional.of(x.type())), List.of()).getFirst().shape()));
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
