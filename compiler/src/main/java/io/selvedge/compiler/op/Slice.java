package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code Y[..., i, ...] = X[..., start + i * step, ...]}. Inputs: data, starts, ends, optional axes, optional steps; negative
 * starts and ends count from the end, and all are clamped to the axis.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Slice.html">ONNX Slice</a>
 */
public record Slice() implements Op, Lowerable {
    static Op read(OpCall call) {
        if (call.attributes().has("starts")) {
            call.set(1, "starts", vector(call.attributes().neededLongs("starts")));
            call.set(2, "ends", vector(call.attributes().neededLongs("ends")));
            call.attributes().longs("axes").ifPresent(axes -> call.set(3, "axes", vector(axes)));
        }
        return new Slice();
    }

    private static Tensor vector(long[] values) {
        return Tensor.longs(values, values.length);
    }

    @Override
    public String type() {
        return "Slice";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    /** For every axis of the input where the walk starts, how far it steps and how many elements it takes. */
    public record Ranges(List<Integer> starts, List<Integer> steps, List<Integer> counts) {
        public Ranges {
            starts = List.copyOf(starts);
            steps = List.copyOf(steps);
            counts = List.copyOf(counts);
        }
    }

    /** What the constant inputs mean for an input of this type. */
    public static Ranges ranges(TensorType x, List<Optional<Tensor>> constants) {
        int rank = x.shape().rank();
        int[] from = Operands.integers(constants, 1, "starts");
        int[] to = Operands.integers(constants, 2, "ends");
        int[] axes = optional(constants, 3).isPresent()
                ? Operands.integers(constants, 3, "axes")
                : IntStream.range(0, from.length).toArray();
        int[] by = optional(constants, 4).isPresent()
                ? Operands.integers(constants, 4, "steps")
                : IntStream.range(0, from.length).map(_ -> 1).toArray();
        shapes(
                from.length == to.length && from.length == axes.length && from.length == by.length,
                "needs starts, ends, axes and steps of one length, got %s, %s, %s, %s",
                from.length,
                to.length,
                axes.length,
                by.length);
        Integer[] starts = new Integer[rank];
        Integer[] steps = new Integer[rank];
        Integer[] counts = new Integer[rank];
        for (int axis = 0; axis < rank; axis++) {
            starts[axis] = 0;
            steps[axis] = 1;
            counts[axis] = x.shape().extent(axis);
        }
        for (int i = 0; i < axes.length; i++) {
            int axis = Operands.axis(axes[i], rank);
            long extent = x.shape().extent(axis);
            long step = by[i];
            shapes(step != 0, "needs steps other than 0");
            long start = clamp(from[i] < 0 ? from[i] + extent : from[i], 0, step > 0 ? extent : extent - 1);
            long end = clamp(to[i] < 0 ? to[i] + extent : to[i], step > 0 ? 0 : -1, extent);
            long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
            starts[axis] = (int) start;
            steps[axis] = (int) step;
            counts[axis] = (int) Math.max(0, count);
        }
        return new Ranges(Arrays.asList(starts), Arrays.asList(steps), Arrays.asList(counts));
    }

    private static long clamp(long value, long low, long high) {
        return Math.max(low, Math.min(high, value));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "data");
        for (int i = 3; i < inputs.size(); i++) {
            if (inputs.get(i).isPresent()) {
                Operands.integers(constants, i, i == 3 ? "axes" : "steps");
            }
        }
        return List.of(TensorType.of(
                x.dtype(),
                ranges(x, constants).counts().stream().mapToLong(count -> count).toArray()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "data");
        Ranges ranges = ranges(x.type(), inputs);
        int[] counts = ranges.counts().stream().mapToInt(count -> count).toArray();
        int[] strides = Strides.of(x.shape().extents());
        int start = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            start += strides[axis] * ranges.starts().get(axis);
            strides[axis] *= ranges.steps().get(axis);
        }
        Shape shape = Shape.of(Arrays.stream(counts).asLongStream().toArray());
        return List.of(x.select(shape, Strides.walk(counts, strides, start)));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        List<Optional<Tensor>> constants = new ArrayList<>();
        node.inputs().forEach(input -> constants.add(builder.graph().constant(input)));
        Ranges ranges = ranges(builder.graph().type(node.input(0)), constants);
        View view = builder.view(node.input(0));
        for (int axis = 0; axis < view.extents().length; axis++) {
            int count = ranges.counts().get(axis);
            if (count != view.extents()[axis] || ranges.steps().get(axis) != 1) {
                view = view.sliced(
                        axis, ranges.starts().get(axis), ranges.steps().get(axis), count);
            }
        }
        builder.alias(node.output(), view);
    }
}
