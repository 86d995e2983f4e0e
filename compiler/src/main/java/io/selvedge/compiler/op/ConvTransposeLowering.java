package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import io.selvedge.compiler.program.WindowReader;
import java.util.List;
import java.util.OptionalInt;

/**
 * A transposed convolution with constant weights over one or two axes, as ordinary ones: output elements whose position leaves
 * the same remainder by the stride see the same taps, so each remainder is one convolution of stride 1, and its results are
 * copied between those of the others. Where windows do not overlap, one convolution computes all remainders, as channels.
 */
final class ConvTransposeLowering {
    private final ConvTranspose op;
    private final int[] x;
    private final int[] w;
    private final int[] y;

    private ConvTransposeLowering(ConvTranspose op, int[] x, int[] w, int[] y) {
        this.op = op;
        this.x = x;
        this.w = w;
        this.y = y;
    }

    static ConvTransposeLowering of(ConvTranspose op, Node node, Graph graph) {
        return new ConvTransposeLowering(
                op,
                graph.type(node.input(0)).shape().extents(),
                graph.type(node.input(1)).shape().extents(),
                graph.type(node.output()).shape().extents());
    }

    static boolean applies(ConvTranspose op, Node node, Graph graph) {
        return op.strides().size() <= 2
                && op.dilations().stream().allMatch(dilation -> dilation == 1)
                && graph.type(node.output()).dtype() == DType.FLOAT32
                && graph.type(node.output()).shape().elements() > 0
                && graph.isConstant(node.input(1))
                && (!node.hasInput(2) || graph.isConstant(node.input(2)));
    }

    /**
     * One remainder along one axis: {@code y[stride * j + remainder]} for j below count reads x from {@code j - pad} on.
     *
     * @param lead taps of weight 0 in front, where no pad could express that reading starts inside x
     * @param last of W's positions, that of the first tap behind the lead
     */
    private record Phase(int remainder, int count, int taps, int lead, int last, int pad, int stride) {
        /** W's position of a tap; -1 where the weight is 0. */
        int position(int tap) {
            int position = last - (tap - lead) * stride;
            return tap < lead || position < 0 ? -1 : position;
        }
    }

    /** Axis 0 is the rows, of which there is one where X has one spatial axis. */
    private Phase phase(int axis, int remainder) {
        int own = axis - 2 + op.strides().size();
        if (own < 0) {
            return new Phase(0, 1, 1, 0, 0, 0, 1);
        }
        int stride = op.strides().get(own);
        int shift = remainder + op.pads().get(own);
        int first = Math.floorMod(shift, stride);
        int start = Math.floorDiv(shift, stride);
        int taps = first < w[own + 2] ? Math.ceilDiv(w[own + 2] - first, stride) : 0;
        int count = Math.ceilDiv(y[own + 2] - remainder, stride);
        if (taps == 0) {
            return new Phase(remainder, count, 1, 1, 0, 0, stride);
        }
        int lead = Math.max(0, start - (taps - 1));
        return new Phase(
                remainder, count, taps + lead, lead, first + (taps - 1) * stride, taps - 1 + lead - start, stride);
    }

    private int stride(int axis) {
        int own = axis - 2 + op.strides().size();
        return own < 0 ? 1 : Math.min(op.strides().get(own), y[own + 2]);
    }

    private int extent(int[] extents, int axis) {
        int own = axis - 2 + op.strides().size();
        return own < 0 ? 1 : extents[own + 2];
    }

    private ConvGeometry geometry(Phase rows, Phase cols) {
        int h = extent(x, 0);
        int width = extent(x, 1);
        return new ConvGeometry(
                x[0],
                x[1],
                h,
                width,
                y[1],
                rows.count,
                cols.count,
                op.group(),
                new Kernel.Window(rows.taps, cols.taps, 1, 1, 1, 1, rows.pad, cols.pad),
                Math.max(0, rows.count - 1 + rows.taps - rows.pad - h),
                Math.max(0, cols.count - 1 + cols.taps - cols.pad - width));
    }

    WindowReader.Request request() {
        int top = 0;
        int left = 0;
        int bottom = 0;
        int right = 0;
        boolean vectors = false;
        for (int row = 0; row < stride(0); row++) {
            for (int col = 0; col < stride(1); col++) {
                WindowReader.Request each =
                        geometry(phase(0, row), phase(1, col)).request(0, 0);
                top = Math.max(top, each.top());
                left = Math.max(left, each.left());
                bottom = Math.max(bottom, each.bottom());
                right = Math.max(right, each.right());
                vectors |= each.vectors();
            }
        }
        return new WindowReader.Request(top, left, bottom, right, 0, vectors, 0);
    }

    void lower(Node node, ProgramBuilder builder) {
        float[] weights = ConvLowering.floats(builder, node, 1);
        float[] bias = ConvLowering.floats(builder, node, 2);
        int in = builder.channelsLast(node.input(0));
        if (isDisjoint()) {
            lowerDisjoint(node, builder, in, weights, bias);
            return;
        }
        boolean whole = stride(0) == 1 && stride(1) == 1;
        View out = whole ? builder.whole(builder.defineVectors(node.output())) : define(node, builder, in);
        for (int row = 0; row < stride(0); row++) {
            for (int col = 0; col < stride(1); col++) {
                Phase rows = phase(0, row);
                Phase cols = phase(1, col);
                String name = node.name() + ".phase" + row + "x" + col;
                int[] extents = y.clone();
                extents[y.length - 1] = cols.count;
                if (y.length == 4) {
                    extents[2] = rows.count;
                }
                int part = whole ? out.buffer() : builder.temporaryPixels(name, DType.FLOAT32, extents);
                ConvLowering.emit(
                        builder,
                        node.input(1) + "." + name,
                        geometry(rows, cols),
                        in,
                        part,
                        OptionalInt.empty(),
                        taps(weights, rows, cols),
                        bias,
                        new Expr.Input(0));
                if (!whole) {
                    View to = out.sliced(y.length - 1, col, cols.stride, cols.count);
                    builder.copy(
                            builder.whole(part),
                            y.length == 4 ? to.sliced(2, row, rows.stride, rows.count) : to,
                            Float.BYTES);
                }
            }
        }
    }

    /** The output, channels last as the input is. */
    private View define(Node node, ProgramBuilder builder, int in) {
        View like = builder.whole(in);
        return builder.defineLike(node.output(), List.of(new View(in, false, 0, y, like.strides())));
    }

    /** Whether kernel, stride and position agree on both axes: every output element has one tap, every tap one element. */
    private boolean isDisjoint() {
        boolean disjoint = op.group() == 1 && stride(0) * stride(1) > 1 && y.length == 4;
        for (int axis = 0; disjoint && axis < 2; axis++) {
            disjoint = w[axis + 2] == op.strides().get(axis)
                    && op.pads().get(axis) == 0
                    && y[axis + 2] == x[axis + 2] * op.strides().get(axis);
        }
        return disjoint;
    }

    private void lowerDisjoint(Node node, ProgramBuilder builder, int in, float[] weights, float[] bias) {
        int remainders = stride(0) * stride(1);
        int channels = remainders * y[1];
        float[] all = new float[channels * x[1]];
        float[] biases = new float[bias.length * remainders];
        for (int row = 0; row < stride(0); row++) {
            for (int col = 0; col < stride(1); col++) {
                int at = row * stride(1) + col;
                float[] one = taps(weights, phase(0, row), phase(1, col));
                System.arraycopy(one, 0, all, at * one.length, one.length);
                System.arraycopy(bias, 0, biases, at * bias.length, bias.length);
            }
        }
        Kernel.Window window = new Kernel.Window(1, 1, 1, 1, 1, 1, 0, 0);
        ConvGeometry geometry = new ConvGeometry(x[0], x[1], x[2], x[3], channels, x[2], x[3], 1, window, 0, 0);
        int part = builder.temporaryPixels(node.name() + ".remainders", DType.FLOAT32, x[0], channels, x[2], x[3]);
        ConvLowering.emit(
                builder,
                node.input(1) + "." + node.name(),
                geometry,
                in,
                part,
                OptionalInt.empty(),
                all,
                biases,
                new Expr.Input(0));
        // [N, R, S, O, H, W] -> [N, O, H, R, W, S]
        View from = Moves.split(Moves.split(builder.whole(part), 1, stride(0)), 2, stride(1))
                .permuted(0, 3, 4, 1, 5, 2);
        View out = define(node, builder, in);
        builder.copy(from, Moves.split(Moves.split(out, 3, x[3]), 2, x[2]), Float.BYTES);
    }

    /** The weights of one remainder as those of a convolution, [O,C/group,rows,cols] from [C,O/group,...]. */
    private float[] taps(float[] weights, Phase rows, Phase cols) {
        int perGroup = x[1] / op.group();
        int outputs = y[1] / op.group();
        int height = extent(w, 0);
        int width = extent(w, 1);
        float[] taps = new float[y[1] * perGroup * rows.taps * cols.taps];
        int at = 0;
        for (int o = 0; o < y[1]; o++) {
            for (int c = 0; c < perGroup; c++) {
                int plane = ((o / outputs * perGroup + c) * outputs + o % outputs) * height * width;
                for (int row = 0; row < rows.taps; row++) {
                    for (int col = 0; col < cols.taps; col++, at++) {
                        int h = rows.position(row);
                        int v = cols.position(col);
                        if (h >= 0 && v >= 0) {
                            taps[at] = weights[plane + h * width + v];
                        }
                    }
                }
            }
        }
        return taps;
    }
}
