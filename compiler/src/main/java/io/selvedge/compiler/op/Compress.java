package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The slices along one axis whose condition holds; without an axis the elements of the flattened input. Inputs: input,
 * condition [at most the extent].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Compress.html">ONNX Compress</a>
 */
public record Compress(Optional<Integer> axis) implements Selecting {
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

    @Override
    public boolean isDecided(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return optional(constants, 1).isPresent();
    }

    @Override
    public int openAxis(List<Optional<TensorType>> inputs) {
        return axis.map(along -> Operands.axis(
                        along, required(inputs, 0, "input").shape().rank()))
                .orElse(0);
    }

    @Override
    public TensorType largest(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        int conditions =
                Math.toIntExact(required(inputs, 1, "condition").shape().elements());
        if (axis.isEmpty()) {
            return TensorType.of(
                    x.dtype(), Math.max(1, Math.min(conditions, x.shape().elements())));
        }
        List<Dim> dims = new ArrayList<>(x.shape().dims());
        int along = openAxis(inputs);
        Operands.shapes(x.shape().extent(along) > 0, "needs elements to choose from, got %s", x);
        dims.set(along, new Dim.Known(Math.max(1, Math.min(conditions, x.shape().extent(along)))));
        return new TensorType(x.dtype(), new Shape(dims));
    }

    /** The places where the condition holds, what is there, and zeros instead of the first element where no place is left. */
    @Override
    public View select(Node node, ProgramBuilder builder, int most) {
        int[] extents = builder.extents(node.input(0));
        boolean isFlat = axis.isEmpty();
        int along = axis.map(a -> Operands.axis(a, extents.length)).orElse(0);
        DType dtype = builder.graph().type(node.output()).dtype();
        int outer = isFlat ? 1 : Strides.product(extents, 0, along);
        int extent = isFlat ? Strides.product(extents, 0, extents.length) : extents[along];
        int run = (isFlat ? 1 : Strides.product(extents, along + 1, extents.length)) * dtype.bytes();
        View places = NonZero.coordinates(node.name(), node.input(1), builder, most);
        View chosen = builder.temporary(node.name() + ".chosen", dtype, builder.extents(node.output()));
        Routines.emit(
                builder,
                "gather",
                "sv_gather_axis",
                List.of(Routines.operand(builder, node.input(0)), Routines.operand(places, DType.INT64)),
                chosen.buffer(),
                OptionalInt.empty(),
                outer,
                extent,
                most,
                run,
                DType.INT64.bytes());
        View count = places.sliced(0, most, 1, 1);
        Routines.callOn(
                builder,
                node.output(),
                "select",
                "sv_trim",
                List.of(Routines.operand(chosen, dtype), Routines.operand(count, DType.INT64)),
                outer,
                most,
                run,
                Routines.zeroByte(dtype));
        return count;
    }
}
