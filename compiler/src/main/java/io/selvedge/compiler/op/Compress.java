package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The slices along one axis whose condition holds; without an axis the elements of the flattened input. Inputs: input,
 * condition [at most the extent], which must be constant because it decides the output's shape.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Compress.html">ONNX Compress</a>
 */
public record Compress(Optional<Integer> axis) implements Op {
    static Op read(OpCall call) {
        return new Compress(call.attributes().has("axis") ? Optional.of(call.axis(0)) : Optional.empty());
    }

    @Override
    public String type() {
        return "Compress";
    }

    @Override
    public Map<String, Object> attributes() {
        return axis.map(along -> Attributes.map("axis", (long) along)).orElse(Map.of());
    }

    private int[] chosen(int[] extents, Tensor condition) {
        int extent = axis.map(a -> extents[Operands.axis(a, extents.length)])
                .orElseGet(() -> Strides.product(extents, 0, extents.length));
        return IntStream.range(0, Math.min(extent, condition.elements()))
                .filter(i -> condition.getLong(i) != 0)
                .toArray();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        int[] chosen = chosen(x.shape().extents(), Operands.known(constants, 1, "condition"));
        if (axis.isEmpty()) {
            return List.of(TensorType.of(x.dtype(), chosen.length));
        }
        List<Dim> y = new ArrayList<>(x.shape().dims());
        y.set(Operands.axis(axis.get(), y.size()), new Dim.Known(chosen.length));
        return List.of(new TensorType(x.dtype(), new Shape(y)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        Shape shape = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst()
                .shape();
        int[] extents = x.shape().extents();
        int[] chosen = chosen(extents, required(inputs, 1, "condition"));
        if (axis.isEmpty()) {
            return List.of(x.select(shape, chosen));
        }
        int along = Operands.axis(axis.get(), extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        int[] sources = new int[Math.toIntExact(shape.elements())];
        Arrays.setAll(
                sources,
                i -> (i / inner / chosen.length * extents[along] + chosen[i / inner % chosen.length]) * inner
                        + i % inner);
        return List.of(x.select(shape, sources));
    }
}
