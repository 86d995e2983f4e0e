package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;

/**
 * Which channel of its input every weight of a Conv or Gemm multiplies.
 *
 * @param block weights from one step of the channel to the next
 * @param count channels that one output sees
 * @param weightsPerGroup after how many weights the next group of {@code count} channels begins
 */
record InputChannels(int block, int count, int weightsPerGroup) {
    /** @param channels of the input: axis 1 */
    static InputChannels of(Node node, Shape weights, int channels) {
        int all = Math.toIntExact(weights.elements());
        if (node.op().type().equals("Conv")) {
            int count = weights.extent(1);
            int taps = all / (weights.extent(0) * count);
            return new InputChannels(taps, count, all / (channels / count));
        }
        boolean transposed = Long.valueOf(1).equals(node.op().attributes().get("transB"));
        return transposed ? new InputChannels(1, channels, all) : new InputChannels(weights.extent(1), channels, all);
    }

    int ofWeight(int index) {
        return index / weightsPerGroup * count + index / block % count;
    }
}
