package io.selvedge.bench.tflite;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.testkit.tflite.Fields;
import java.util.List;

/** Windows that slide: TFLite knows pads by two names only, others need a PAD in front. */
final class Windows {
    private static final int PAD = 34;

    private Windows() {}

    /** Whether the pads are those that SAME means. */
    static boolean isSame(int[] x, int[] w, List<Integer> strides, List<Integer> pads, List<Integer> dilations) {
        for (int axis = 0; axis < 2; axis++) {
            int stride = strides.get(axis);
            int outputs = (x[2 + axis] + stride - 1) / stride;
            int reach = (w[2 + axis] - 1) * dilations.get(axis) + 1;
            int total = Math.max(0, (outputs - 1) * stride + reach - x[2 + axis]);
            if (pads.get(axis) != total / 2 || pads.get(2 + axis) != total - total / 2) {
                return false;
            }
        }
        return true;
    }

    /** The first input behind a PAD with zeros, which for 8 bits are the zero point. */
    static int padded(Values values, Node node, int x, List<Integer> pads) {
        int[] e = values.extents(node.input(0));
        int[] pairs = {0, 0, pads.get(0), pads.get(2), pads.get(1), pads.get(3), 0, 0};
        int[] larger = {e[0], e[1] + pads.get(0) + pads.get(2), e[2] + pads.get(1) + pads.get(3), e[3]};
        String name = node.name() + "_padded";
        int y = values.dequantize(node.input(0))
                .filter(_ -> values.eight(node.input(0)).isPresent())
                .map(dequantize -> values.writer.tensor(name, DType.INT8, values.steps(dequantize), larger))
                .orElseGet(() -> values.writer.tensor(name, DType.FLOAT32, larger));
        int amounts = values.writer.constant(
                node.name() + "_pads", Tensor.integers(Values.type(DType.INT32, 4, 2), i -> pairs[i]));
        values.writer.operator(PAD, 22, Fields.of(), new int[] {x, amounts}, y);
        return y;
    }
}
