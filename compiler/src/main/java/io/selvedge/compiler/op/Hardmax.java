package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * 1 at the first largest element along an axis, 0 elsewhere: read as ArgMax and OneHot.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Hardmax.html">ONNX Hardmax</a>
 */
final class Hardmax {
    private Hardmax() {}

    /** Before opset 13 all axes from {@code axis} on counted as one. */
    static Op read(OpCall call) {
        int axis = call.axis(call.opset() < 13 ? 1 : -1);
        TensorType x = call.inputType(0);
        Operands.floating(x);
        int rank = x.shape().rank();
        if (call.opset() >= 13 || axis == rank - 1) {
            return largest(call, call.input(0), Operands.axis(axis, rank));
        }
        String flat = call.before("flat", new Flatten(axis), call.input(0));
        String hard = call.before("hard", largest(call, flat, 1), call.inputs().toArray(String[]::new));
        List<Integer> shape = Arrays.stream(x.shape().extents()).boxed().toList();
        call.keep(0);
        call.set(0, hard);
        call.set(1, "shape", shape);
        return new Reshape(false);
    }

    private static Op largest(OpCall call, String x, int axis) {
        TensorType type = call.typeOf(x);
        String place = call.before("largest", new ArgReduce(true, axis, false, false), x);
        call.keep(0);
        call.set(0, place);
        call.set(1, "depth", List.of(type.shape().extent(axis)));
        call.set(2, "values", Tensor.filled(TensorType.of(type.dtype(), 2), i -> i));
        return new OneHot(axis);
    }
}
