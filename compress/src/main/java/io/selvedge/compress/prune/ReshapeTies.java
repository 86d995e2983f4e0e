package io.selvedge.compress.prune;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Ties of the same elements under another shape. The axes fall into blocks of equal product ([N,C,H,W] into [N,C*H*W]: two blocks).
 * Inside a block one axis on each side may be cut and the others stay; position {@code p} of the block is then position
 * {@code p / stride % extent} of either.
 */
final class ReshapeTies {
    private static final String WHY = "mixes it with another axis";

    private ReshapeTies() {}

    private record Side(List<NodeTies.Line> lines) {
        List<NodeTies.Line> free(NodeTies t) {
            return lines.stream().filter(t::isFree).toList();
        }

        int stride(NodeTies.Line line) {
            return lines.subList(lines.indexOf(line) + 1, lines.size()).stream()
                    .mapToInt(NodeTies.Line::extent)
                    .reduce(1, Math::multiplyExact);
        }
    }

    /**
     * Ties what is clear.
     *
     * @param decide where several axes of a block could be cut (the heads or the width of a head), choose the outermost
     * @return whether such a choice was made
     */
    static boolean apply(NodeTies t, boolean decide) {
        int[] in = t.inputExtents(0);
        int[] out = t.outputExtents(0);
        if (IntStream.concat(IntStream.of(in), IntStream.of(out)).anyMatch(extent -> extent == 0)) {
            t.pinAll(WHY);
            return false;
        }
        int i = 0;
        int o = 0;
        while (i < in.length || o < out.length) {
            List<NodeTies.Line> inputs = new ArrayList<>();
            List<NodeTies.Line> outputs = new ArrayList<>();
            long left = 1;
            long right = 1;
            do {
                if (i < in.length && (left <= right || o == out.length)) {
                    left *= in[i];
                    inputs.add(t.input(0, i++));
                } else {
                    right *= out[o];
                    outputs.add(t.output(0, o++));
                }
            } while (left != right);
            inputs.removeIf(line -> line.extent() == 1);
            outputs.removeIf(line -> line.extent() == 1);
            if (!inputs.isEmpty() && block(t, new Side(inputs), new Side(outputs), left, decide)) {
                return true;
            }
        }
        return false;
    }

    private static boolean block(NodeTies t, Side in, Side out, long elements, boolean decide) {
        boolean unclear = in.free(t).size() > 1 || out.free(t).size() > 1;
        if (unclear && !decide) {
            return false;
        }
        in.free(t).stream().skip(1).forEach(line -> t.pin(line, WHY));
        out.free(t).stream().skip(1).forEach(line -> t.pin(line, WHY));
        if (in.free(t).isEmpty() || out.free(t).isEmpty()) {
            in.lines().forEach(line -> t.pin(line, WHY));
            out.lines().forEach(line -> t.pin(line, WHY));
            return unclear;
        }
        NodeTies.Line a = in.free(t).getFirst();
        NodeTies.Line b = out.free(t).getFirst();
        int strideA = in.stride(a);
        int strideB = out.stride(b);
        for (int p = 0; p < elements; p++) {
            t.tie(a, p / strideA % a.extent(), b, p / strideB % b.extent());
        }
        return unclear;
    }
}
