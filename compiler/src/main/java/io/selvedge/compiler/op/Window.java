package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Geometry of a sliding window over the spatial axes, for convolution and pooling; pads are explicit.
 *
 * @param pads all begins, then all ends
 */
record Window(List<Integer> kernel, List<Integer> strides, List<Integer> pads, List<Integer> dilations) {
    Window {
        kernel = List.copyOf(kernel);
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
        dilations = List.copyOf(dilations);
    }

    int rank() {
        return kernel.size();
    }

    int taps() {
        return kernel.stream().reduce(1, Math::multiplyExact);
    }

    /** {@code dilation * (kernel - 1) + 1}. */
    int span(int axis) {
        return dilations.get(axis) * (kernel.get(axis) - 1) + 1;
    }

    /** Output extents for input extents of [N, C, spatial...]; with ceil the last window may hang over the end but not start there. */
    int[] output(int[] x, boolean ceil) {
        int[] y = new int[rank()];
        for (int axis = 0; axis < y.length; axis++) {
            int begin = pads.get(axis);
            int free = x[axis + 2] + begin + pads.get(axis + rank()) - span(axis);
            Operands.shapes(
                    free >= 0,
                    "needs a window of at most the padded input; spatial axis %s has extent %s with pads %s and %s, window %s",
                    axis,
                    x[axis + 2],
                    begin,
                    pads.get(axis + rank()),
                    span(axis));
            int stride = strides.get(axis);
            y[axis] = (ceil ? (free + stride - 1) / stride : free / stride) + 1;
            if (ceil && (y[axis] - 1) * stride >= x[axis + 2] + begin) {
                y[axis]--;
            }
        }
        return y;
    }

    /** Reads strides, dilations, pads and auto_pad, which it resolves for the input's shape. */
    static Window read(OpCall call, List<Integer> kernel) {
        int rank = kernel.size();
        Attributes attributes = call.attributes();
        List<Integer> ones = Collections.nCopies(rank, 1);
        List<Integer> strides = attributes.integers("strides", ones);
        List<Integer> dilations = attributes.integers("dilations", ones);
        List<Integer> pads = attributes.integers("pads", Collections.nCopies(2 * rank, 0));
        check("strides", strides, rank, 1);
        check("dilations", dilations, rank, 1);
        check("kernel_shape", kernel, rank, 1);
        check("pads", pads, 2 * rank, 0);
        String auto = attributes.text("auto_pad", "NOTSET");
        Window window = new Window(kernel, strides, pads, dilations);
        return switch (auto) {
            case "NOTSET", "" -> window;
            case "VALID" -> new Window(kernel, strides, Collections.nCopies(2 * rank, 0), dilations);
            case "SAME_UPPER", "SAME_LOWER" -> window.same(call.extents(0), auto.equals("SAME_UPPER"));
            default -> throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "auto_pad '" + auto + "' is not known");
        };
    }

    /** {@code output = ceil(input / stride)}; the odd pad goes to the end (upper) or the begin (lower). */
    private Window same(int[] x, boolean upper) {
        List<Integer> begins = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        for (int axis = 0; axis < rank(); axis++) {
            int stride = strides.get(axis);
            int y = (x[axis + 2] + stride - 1) / stride;
            int total = Math.max(0, (y - 1) * stride + span(axis) - x[axis + 2]);
            int small = total / 2;
            begins.add(upper ? small : total - small);
            ends.add(upper ? total - small : small);
        }
        begins.addAll(ends);
        return new Window(kernel, strides, begins, dilations);
    }

    static void check(String name, List<Integer> values, int count, int least) {
        if (values.size() != count || values.stream().anyMatch(value -> value < least)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "attribute '" + name + "' needs " + count + " values of at least " + least + ", has " + values);
        }
    }

    /** The same window with leading axes of extent 1, so that loops over three spatial axes serve all ranks. */
    Window threeDimensional() {
        int missing = 3 - rank();
        List<Integer> pads3 = new ArrayList<>(lead(pads.subList(0, rank()), missing, 0));
        pads3.addAll(lead(pads.subList(rank(), 2 * rank()), missing, 0));
        return new Window(lead(kernel, missing, 1), lead(strides, missing, 1), pads3, lead(dilations, missing, 1));
    }

    private static List<Integer> lead(List<Integer> values, int missing, int value) {
        List<Integer> all = new ArrayList<>(Collections.nCopies(missing, value));
        all.addAll(values);
        return all;
    }

    /** Extents [N, C, spatial...] with the spatial part led by ones up to three axes. */
    static int[] threeDimensional(int[] extents) {
        int[] five = {extents[0], extents[1], 1, 1, 1};
        System.arraycopy(extents, 2, five, 7 - extents.length, extents.length - 2);
        return five;
    }
}
