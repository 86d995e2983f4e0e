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
 * Broadcasts X with the shape that the second input gives; an extent of 1 there leaves X's.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Expand.html">ONNX Expand</a>
 */
public record Expand() implements Op, Lowerable {
    static Op read(OpCall call) {
        return new Expand();
    }

    @Override
    public String type() {
        return "Expand";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        int[] wanted = Operands.integers(constants, 1, "shape");
        Shape shape = Shape.of(java.util.Arrays.stream(wanted).asLongStream().toArray());
        return List.of(new TensorType(x.dtype(), Strides.common(x.shape(), shape)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        Shape shape = infer(List.of(Optional.of(x.type())), inputs).getFirst().shape();
        return List.of(x.select(shape, Strides.broadcast(x.shape(), shape)));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        builder.alias(node.output(), builder.view(node.input(0)).broadcast(builder.extents(node.output())));
    }
}
