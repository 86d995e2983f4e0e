package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

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
 * A tensor of the shape that the input gives, every element {@code value} (one element; zero in float32 by default).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html">ONNX ConstantOfShape</a>
 */
public record ConstantOfShape(Tensor value) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new ConstantOfShape(call.attributes().tensor("value").orElse(Tensor.floats(new float[1], 1)));
    }

    @Override
    public String type() {
        return "ConstantOfShape";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("value", value);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        required(inputs, 0, "input");
        return List.of(TensorType.of(
                value.dtype(),
                Arrays.stream(Operands.integers(constants, 0, "input"))
                        .asLongStream()
                        .toArray()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        int[] extents = Operands.integers(inputs, 0, "input");
        Shape shape = Shape.of(Arrays.stream(extents).asLongStream().toArray());
        return List.of(value.select(shape, new int[Math.toIntExact(shape.elements())]));
    }

    /** What is too large to be folded is filled in when the model runs. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Moves.fill(builder, builder.define(node.output()), value.dtype(), value.getDouble(0));
    }
}
