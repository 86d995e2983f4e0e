package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Whole repeats are one copy. Anything else goes axis by axis, the one that shrinks most first, through tables of indices and
 * weights; a channels-last value stays so, and vectors run over its channels.
 */
final class ResizeLowering {
    private final Node node;
    private final ProgramBuilder builder;
    private final ResizeRule rule;
    private final DType dtype;

    private ResizeLowering(Node node, ProgramBuilder builder, ResizeRule rule) {
        this.node = node;
        this.builder = builder;
        this.rule = rule;
        DType type = builder.graph().type(node.output()).dtype();
        this.dtype = type == DType.INT8 ? DType.UINT8 : type;
    }

    static void lower(Node node, ProgramBuilder builder, ResizeRule rule, List<Optional<Sampling>> samplings) {
        new ResizeLowering(node, builder, rule).lower(samplings);
    }

    private void lower(List<Optional<Sampling>> samplings) {
        View from = builder.view(node.input(0));
        int[] to = builder.extents(node.output());
        if (repeats(from.extents(), to, samplings)) {
            View out = defineLike(from, to);
            for (int axis = to.length - 1; axis >= 0; axis--) {
                int extent = from.extents()[axis];
                out = Moves.split(out, axis, extent);
                from = Moves.repeated(from, axis + 1, to[axis] / extent);
            }
            builder.copy(from, out, Moves.bytes(builder, node.output()));
            return;
        }
        boolean nearest = samplings.stream()
                .flatMap(Optional::stream)
                .allMatch(sampling -> sampling.taps() == 1 && !sampling.extrapolates());
        if (!nearest) {
            MapLowering.requireReal(builder, node.output());
        }
        int[] order = order(from);
        View x = wholePixels(from).permuted(order);
        List<Integer> axes = byCost(order, samplings, from.extents());
        for (int axis : axes.subList(0, axes.size() - 1)) {
            x = along(x, axis, samplings.get(order[axis]).orElseThrow(), nearest, Optional.empty());
        }
        // The last step writes to where the readers of the result want it.
        boolean channelsLast = order[order.length - 1] == 1 && order.length <= 4;
        Optional<View> target = channelsLast ? Optional.of(defineLike(from, to)) : Optional.empty();
        int last = axes.getLast();
        View y = along(
                        x,
                        last,
                        samplings.get(order[last]).orElseThrow(),
                        nearest,
                        target.map(out -> wholePixels(out).permuted(order)))
                .permuted(inverse(order));
        View whole = new View(y.buffer(), y.weight(), y.offset(), to, y.strides());
        if (target.isEmpty()) {
            builder.alias(node.output(), whole);
        } else if (whole.buffer() != target.get().buffer()) {
            builder.copy(whole, target.get(), dtype.bytes());
        }
    }

    /** The output, laid out as the input is. */
    private View defineLike(View from, int[] to) {
        return builder.defineLike(
                node.output(), List.of(new View(from.buffer(), from.weight(), 0, to, from.strides())));
    }

    /** Whether every output element p is the input's p / k. */
    private static boolean repeats(int[] from, int[] to, List<Optional<Sampling>> samplings) {
        for (int axis = 0; axis < to.length; axis++) {
            if (samplings.get(axis).isEmpty()) {
                continue;
            }
            Sampling sampling = samplings.get(axis).get();
            if (sampling.taps() > 1 || sampling.extrapolates() || from[axis] == 0 || to[axis] % from[axis] != 0) {
                return false;
            }
            for (int p = 0; p < to[axis]; p++) {
                if (sampling.indices()[p] != p / (to[axis] / from[axis])) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The axes as they lie in memory: the second one last where its elements are neighbours. */
    private static int[] order(View x) {
        int rank = x.extents().length;
        boolean channelsLast = rank > 2 && x.extents()[1] > 1 && x.strides()[1] == 1;
        return IntStream.range(0, rank)
                .map(i -> !channelsLast || i == 0 ? i : i == rank - 1 ? 1 : i + 1)
                .toArray();
    }

    private static int[] inverse(int[] order) {
        int[] inverse = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            inverse[order[i]] = i;
        }
        return inverse;
    }

    /** With the unused channels behind a pixel's last one, so that rows of pixels are runs; what they hold means nothing. */
    private View wholePixels(View x) {
        int last = x.extents().length - 1;
        if (x.weight() || last < 2 || x.strides()[1] != 1) {
            return x;
        }
        int channels = x.extents()[1];
        int pitch = x.strides()[last];
        long end = (long) x.offset() + pitch;
        for (int axis = 0; axis <= last; axis++) {
            end += axis == 1 ? 0 : (x.extents()[axis] - 1L) * x.strides()[axis];
        }
        boolean fits =
                end * dtype.bytes() <= builder.buffer(x.buffer()).bytes() && pitch - channels < WeightPacking.BLOCK;
        if (channels == 1 || pitch <= channels || !fits) {
            return x;
        }
        int[] extents = x.extents().clone();
        extents[1] = pitch;
        return new View(x.buffer(), x.weight(), x.offset(), extents, x.strides());
    }

    /** Axes that are resampled: the most shrinking first; of equally growing ones the last, so that few rows go through it. */
    private static List<Integer> byCost(int[] order, List<Optional<Sampling>> samplings, int[] from) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = order.length - 1; axis >= 0; axis--) {
            if (samplings.get(order[axis]).isPresent()) {
                axes.add(axis);
            }
        }
        axes.sort(Comparator.comparingDouble(
                axis -> (double) samplings.get(order[axis]).orElseThrow().length() / Math.max(1, from[order[axis]])));
        return axes;
    }

    /** Resamples one axis, into the target where that has pixels of this pitch, else into a dense buffer. */
    private View along(View x, int axis, Sampling sampling, boolean nearest, Optional<View> target) {
        int[] extents = x.extents().clone();
        int extent = extents[axis];
        int images = axis == 0 ? 1 : extents[0];
        int outer = Strides.product(extents, Math.min(axis, 1), axis);
        int inner = Strides.product(extents, axis + 1, extents.length);
        View from = runs(x, images, outer, extent, inner).orElseGet(() -> {
            View dense = builder.temporary(node.name() + ".dense", dtype, x.extents());
            builder.copy(x, dense, dtype.bytes());
            return dense.reshaped(images, outer, extent, inner).orElseThrow();
        });
        extents[axis] = sampling.length();
        View y = target.filter(view -> Arrays.equals(view.extents(), extents)
                        && runs(view, images, outer, sampling.length(), inner).isPresent())
                .orElseGet(() -> builder.temporary(node.name() + ".along" + axis, dtype, extents));
        View to = runs(y, images, outer, sampling.length(), inner).orElseThrow();
        String name = node.name() + ".axis" + axis;
        List<Kernel.Operand> operands = new ArrayList<>();
        operands.add(Routines.operand(from, dtype));
        operands.add(weight(name + ".indices", WeightPacking.vector(indices(sampling))));
        int unit = nearest ? dtype.bytes() : 1;
        List<Number> numbers = new ArrayList<>(List.of(images, outer, sampling.length(), (long) inner * unit));
        for (int i = 0; i < 3; i++) {
            numbers.add((long) from.strides()[i] * unit);
        }
        numbers.add((long) to.offset() * unit);
        for (int i = 0; i < 3; i++) {
            numbers.add((long) to.strides()[i] * unit);
        }
        if (!nearest) {
            float[] weights = new float[sampling.weights().length];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (float) sampling.weights()[i];
            }
            operands.add(weight(name + ".weights", WeightPacking.vector(weights)));
            numbers.addAll(List.of(sampling.taps(), rule.extrapolation()));
        }
        Routines.emitStrided(
                builder,
                "resize",
                nearest ? "sv_resize_nearest" : "sv_resize_axis",
                operands,
                y.buffer(),
                numbers.toArray());
        return y;
    }

    /** The view as runs of neighbours, if it has them. */
    private static Optional<View> runs(View view, int images, int outer, int extent, int inner) {
        return view.reshaped(images, outer, extent, inner).filter(runs -> inner == 1 || runs.strides()[3] == 1);
    }

    private Kernel.Operand weight(String name, byte[] bytes) {
        return new Kernel.Operand(builder.weight(name, bytes), true, 0);
    }

    private static int[] indices(Sampling sampling) {
        int[] indices = sampling.indices().clone();
        for (int p = 0; p < sampling.length(); p++) {
            if (sampling.outside()[p]) {
                indices[p * sampling.taps()] = -1;
            }
        }
        return indices;
    }
}
