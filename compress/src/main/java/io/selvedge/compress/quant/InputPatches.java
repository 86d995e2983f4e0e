package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.Conv;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the rows of a Conv or Gemm multiply to make one output: the patch under the kernel, zero where it is padded, or a
 * row of the matrix; in the order of the weights, group by group.
 */
final class InputPatches {
    private final int channels;
    /** Spatial extents; none for a matrix. */
    private final int[] in;

    private final int[] out;
    private final int[] kernel;
    private final List<Integer> strides;
    private final List<Integer> pads;
    private final List<Integer> dilations;
    private final int batch;

    private InputPatches(int[] x, int[] y, int[] kernel, Conv window) {
        this.batch = x[0];
        this.channels = x[1];
        this.in = Arrays.copyOfRange(x, 2, x.length);
        this.out = Arrays.copyOfRange(y, 2, y.length);
        this.kernel = kernel;
        this.strides = window.strides();
        this.pads = window.pads();
        this.dilations = window.dilations();
    }

    static InputPatches of(Graph graph, Node node) {
        int[] x = graph.type(node.input(0)).shape().extents();
        int[] y = graph.type(node.output()).shape().extents();
        int[] w = graph.type(node.input(1)).shape().extents();
        return node.op() instanceof Conv conv
                ? new InputPatches(x, y, Arrays.copyOfRange(w, 2, w.length), conv)
                : new InputPatches(
                        new int[] {x[0], x[1]},
                        new int[] {x[0], 0},
                        new int[0],
                        new Conv(List.of(), List.of(), List.of(), 1));
    }

    /** Outputs of one channel over the whole batch. */
    int count() {
        return batch * product(out);
    }

    /** Inputs of one output, of all groups. */
    int length() {
        return channels * product(kernel);
    }

    /** The inputs of an output, by its position in a channel. */
    void read(float[] x, int position, float[] patch) {
        int plane = product(in);
        int taps = product(kernel);
        int image = position / product(out) * channels * plane;
        for (int tap = 0; tap < taps; tap++) {
            int at = offset(position % product(out), tap);
            for (int c = 0; c < channels; c++) {
                patch[c * taps + tap] = at < 0 ? 0 : x[image + c * plane + at];
            }
        }
    }

    /**
     * Shows patches of outputs that are spread evenly.
     *
     * @param sample another number gives other outputs, or the same places of every picture would be looked at
     * @param patch is given one array that is filled anew each time
     */
    void spread(float[] x, int wanted, int sample, Consumer<float[]> patch) {
        int count = Math.min(count(), wanted);
        float[] values = new float[length()];
        for (int i = 0; i < count; i++) {
            long place = (long) i * count() / count + sample * 7919L;
            read(x, (int) (place % count()), values);
            patch.accept(values);
        }
    }

    /** Where in a plane of the input a tap reads; negative in the padding. */
    private int offset(int position, int tap) {
        int offset = 0;
        int unit = 1;
        int restPosition = position;
        int restTap = tap;
        for (int axis = in.length - 1; axis >= 0; axis--) {
            int at = restPosition % out[axis] * strides.get(axis)
                    + restTap % kernel[axis] * dilations.get(axis)
                    - pads.get(axis);
            if (at < 0 || at >= in[axis]) {
                return -1;
            }
            offset += at * unit;
            unit *= in[axis];
            restPosition /= out[axis];
            restTap /= kernel[axis];
        }
        return offset;
    }

    private static int product(int[] extents) {
        int product = 1;
        for (int extent : extents) {
            product *= extent;
        }
        return product;
    }
}
