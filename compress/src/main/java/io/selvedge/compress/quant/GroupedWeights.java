package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;

/**
 * Weights of a Conv or Gemm seen as rows: one per output channel, with the inputs that it multiplies.
 *
 * @param rows output channels
 * @param depth weights of a row
 * @param groups the rows of a group see the same inputs
 * @param rowStride from a row's first weight to the next row's
 * @param stride from one weight of a row to the next
 */
public record GroupedWeights(int rows, int depth, int groups, int rowStride, int stride) {
    /** Of a Conv or Gemm. */
    public static GroupedWeights of(Node node, Shape weights) {
        int all = Math.toIntExact(weights.elements());
        if (node.op().type().equals("Conv")) {
            int rows = weights.extent(0);
            int groups = Math.toIntExact((Long) node.op().attributes().getOrDefault("group", 1L));
            return new GroupedWeights(rows, all / rows, groups, all / rows, 1);
        }
        boolean transposed = Long.valueOf(1).equals(node.op().attributes().get("transB"));
        int rows = weights.extent(transposed ? 0 : 1);
        return transposed
                ? new GroupedWeights(rows, all / rows, 1, all / rows, 1)
                : new GroupedWeights(rows, all / rows, 1, 1, rows);
    }

    /** Where weight {@code at} of a row lies. */
    public int index(int row, int at) {
        return row * rowStride + at * stride;
    }

    /** The row that a weight belongs to. */
    public int rowOf(int index) {
        return stride == 1 ? index / rowStride : index % rows;
    }

    /** The group that a row belongs to. */
    public int groupOf(int row) {
        return row / (rows / groups);
    }

    /** Which axis of the weights counts the rows. */
    public int axis() {
        return stride == 1 ? 0 : 1;
    }
}
