package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.ConvTranspose;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.Dropout;
import io.selvedge.compiler.op.Expand;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.Gather;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.InstanceNormalization;
import io.selvedge.compiler.op.LayerNormalization;
import io.selvedge.compiler.op.Lrn;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.QuantizeLinear;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Resize;
import io.selvedge.compiler.op.Slice;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Split;
import io.selvedge.compiler.op.Squeeze;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Unsqueeze;
import io.selvedge.compiler.program.ElementWise;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/** What each operator ties: the catalogue of rules. An operator that is not here cannot be followed, and everything at it stays. */
final class OperatorTies {
    private OperatorTies() {}

    static void apply(Graph graph, NodeTies t) {
        switch (t.node().op()) {
            case Conv conv -> ProductTies.conv(t, conv.group());
            case ConvTranspose conv -> ProductTies.convTranspose(t, conv.group());
            case Gemm gemm -> ProductTies.gemm(t, gemm);
            case MatMul _ -> ProductTies.matMul(t);
            case BatchNormalization _, InstanceNormalization _ -> normalization(t);
            case LayerNormalization norm -> {
                int from = positive(norm.axis(), t.inputExtents(0).length);
                same(t, axis -> axis < from, "takes the mean over it");
                elementWise(t, t.node().inputs().size());
            }
            case Softmax softmax -> {
                int along = positive(softmax.axis(), t.inputExtents(0).length);
                same(t, axis -> axis != along, "sums over it");
            }
            case Lrn _ -> same(t, axis -> axis != 1, "sums over neighbours");
            case GlobalPool _ -> same(t, axis -> axis < 2, "averages over it");
            case Pool _ -> same(t, axis -> axis < 2, "moves a window over it");
            case Reduce reduce -> reduce(t, reduce);
            case Transpose transpose -> {
                for (int axis = 0; axis < transpose.perm().size(); axis++) {
                    t.tie(t.input(0, transpose.perm().get(axis)), t.output(0, axis));
                }
            }
            case Concat concat -> concat(t, positive(concat.axis(), t.outputExtents(0).length));
            case Split split -> split(t, positive(split.axis(), t.inputExtents(0).length));
            case Pad _ -> pad(t, constant(graph, t, 1));
            case Slice _ -> slice(t, constant(graph, t, 3));
            case Gather gather -> gather(t, positive(gather.axis(), t.inputExtents(0).length));
            case Resize _ ->
                same(t, axis -> t.inputExtents(0)[axis] == t.outputExtents(0)[axis] && axis < 2, "resizes it");
            case QuantizeLinear q when q.block() == 0 -> quantization(t, q.axis());
            case DequantizeLinear q when q.block() == 0 -> quantization(t, q.axis());
            case Identity _, Expand _ -> elementWise(t, 1);
            case Dropout _ -> elementWise(t, 1);
            case Reshape _, Flatten _, Squeeze _, Unsqueeze _ -> {
                // Decided last, when it is known which axes stay: ReshapeTies.
            }
            default -> {
                if (t.node().op() instanceof ElementWise) {
                    elementWise(t, t.node().inputs().size());
                } else {
                    t.pinAll("is not followed");
                }
            }
        }
    }

    static int positive(int axis, int rank) {
        return axis < 0 ? axis + rank : axis;
    }

    private static Optional<int[]> constant(Graph graph, NodeTies t, int input) {
        return t.node().hasInput(input)
                ? graph.constant(t.node().input(input)).map(OperatorTies::integers)
                : Optional.empty();
    }

    private static int[] integers(Tensor tensor) {
        return java.util.Arrays.stream(tensor.toLongs())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** Axes of equal position and extent, the last ones aligned; an axis of one element that is repeated is nobody's channel. */
    static void elementWise(NodeTies t, int inputs) {
        for (int output = 0; output < t.node().outputs().size(); output++) {
            if (t.node().outputs().get(output).isEmpty()) {
                continue;
            }
            int[] out = t.outputExtents(output);
            for (int input = 0; input < inputs; input++) {
                if (t.node().hasInput(input)) {
                    broadcast(t, input, output, out, t.inputExtents(input).length);
                }
            }
        }
    }

    /** The first {@code axes} axes of an input against the output's, aligned at the input's end. */
    private static void broadcast(NodeTies t, int input, int output, int[] out, int axes) {
        int[] in = t.inputExtents(input);
        for (int axis = 0; axis < axes; axis++) {
            int aligned = axis + out.length - in.length;
            if (aligned >= 0 && in[axis] == out[aligned]) {
                t.tie(t.input(input, axis), t.output(output, aligned));
            }
        }
    }

    /** Input 0 and output 0 of one rank: axes that keep their positions are tied, the others stay. */
    private static void same(NodeTies t, IntPredicate keeps, String otherwise) {
        for (int axis = 0; axis < t.inputExtents(0).length; axis++) {
            if (keeps.test(axis)) {
                t.tie(t.input(0, axis), t.output(0, axis));
            } else {
                t.pin(t.input(0, axis), otherwise);
                t.pin(t.output(0, axis), otherwise);
            }
        }
        for (int output = 1; output < t.node().outputs().size(); output++) {
            if (!t.node().outputs().get(output).isEmpty()) {
                t.pinAll(otherwise);
            }
        }
    }

    /** One parameter for each channel, which is axis 1. */
    private static void normalization(NodeTies t) {
        same(t, _ -> true, "");
        for (int input = 1; input < t.node().inputs().size(); input++) {
            t.tie(t.input(input, 0), t.output(0, 1));
        }
    }

    private static void quantization(NodeTies t, int axis) {
        int rank = t.inputExtents(0).length;
        same(t, _ -> true, "");
        for (int input = 1; input < t.node().inputs().size(); input++) {
            if (t.node().hasInput(input) && t.inputExtents(input).length == 1 && t.inputExtents(input)[0] > 1) {
                t.tie(t.input(input, 0), t.output(0, positive(axis, rank)));
            }
        }
    }

    private static void reduce(NodeTies t, Reduce reduce) {
        int rank = t.inputExtents(0).length;
        List<Integer> over =
                reduce.axes().stream().map(axis -> positive(axis, rank)).toList();
        if (over.isEmpty()) {
            t.pinAll("reduces it");
            return;
        }
        int kept = 0;
        for (int axis = 0; axis < rank; axis++) {
            if (over.contains(axis)) {
                t.pin(t.input(0, axis), "reduces it");
                kept += reduce.keepDims() ? 1 : 0;
            } else {
                t.tie(t.input(0, axis), t.output(0, kept++));
            }
        }
    }

    private static void concat(NodeTies t, int along) {
        int at = 0;
        for (int input = 0; input < t.node().inputs().size(); input++) {
            for (int axis = 0; axis < t.outputExtents(0).length; axis++) {
                NodeTies.Line line = t.input(input, axis);
                t.tie(line, 0, t.output(0, axis), axis == along ? at : 0, line.extent());
            }
            at += t.inputExtents(input)[along];
        }
    }

    private static void split(NodeTies t, int along) {
        int at = 0;
        for (int output = 0; output < t.node().outputs().size(); output++) {
            if (t.node().outputs().get(output).isEmpty()) {
                t.pin(t.input(0, along), "drops a part of it");
                return;
            }
            for (int axis = 0; axis < t.inputExtents(0).length; axis++) {
                NodeTies.Line line = t.output(output, axis);
                t.tie(line, 0, t.input(0, axis), axis == along ? at : 0, line.extent());
            }
            at += t.outputExtents(output)[along];
        }
    }

    private static void pad(NodeTies t, Optional<int[]> pads) {
        int rank = t.inputExtents(0).length;
        if (pads.isEmpty() || pads.get().length != 2 * rank) {
            t.pinAll("pads by computed amounts");
            return;
        }
        same(t, axis -> pads.get()[axis] == 0 && pads.get()[axis + rank] == 0, "pads it");
    }

    private static void slice(NodeTies t, Optional<int[]> axes) {
        int rank = t.inputExtents(0).length;
        if (axes.isEmpty()) {
            t.pinAll("takes a part of it");
            return;
        }
        List<Integer> sliced = java.util.Arrays.stream(axes.get())
                .map(axis -> positive(axis, rank))
                .boxed()
                .toList();
        same(t, axis -> !sliced.contains(axis), "takes a part of it");
    }

    private static void gather(NodeTies t, int along) {
        int inserted = t.inputExtents(1).length;
        t.pin(t.input(0, along), "picks from it");
        for (int axis = 0; axis < t.inputExtents(0).length; axis++) {
            if (axis != along) {
                t.tie(t.input(0, axis), t.output(0, axis < along ? axis : axis + inserted - 1));
            }
        }
        for (int axis = 0; axis < inserted; axis++) {
            t.tie(t.input(1, axis), t.output(0, along + axis));
        }
    }
}
