package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The p-norm of each window, restated on import as {@code (average(|x|^p) * taps)^(1/p)}, pads counted as zeros; of the whole
 * spatial extent (GlobalLpPool) as a reduction.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LpPool.html">ONNX LpPool</a>
 */
final class LpPool {
    private LpPool() {}

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        Window window = Window.read(call, attributes.integers("kernel_shape"));
        if (attributes.flag("ceil_mode", false)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP, "ceil_mode is not supported; export the model with pads at the end");
        }
        int p = p(call);
        Pool average = new Pool(
                Pool.Kind.AVERAGE, window.kernel(), window.strides(), window.pads(), window.dilations(), false, true);
        String mean = call.before("mean", average, powers(call, p));
        int taps = window.kernel().stream().reduce(1, Math::multiplyExact);
        String sum = call.before("sum", new Binary(Binary.Kind.MUL), mean, scalar(call, "taps", taps));
        return root(call, sum, p);
    }

    static Op readGlobal(OpCall call) {
        int rank = call.extents(0).length;
        List<Integer> axes = IntStream.range(2, rank).boxed().toList();
        int p = p(call);
        String sum = call.before("sum", new Reduce(Reduce.Kind.SUM, axes, true), powers(call, p));
        return root(call, sum, p);
    }

    private static int p(OpCall call) {
        int p = call.attributes().index("p", 2);
        if (p < 1) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "attribute 'p' must be at least 1, is " + p);
        }
        return p;
    }

    private static String powers(OpCall call, int p) {
        if (p == 2) {
            return call.before("square", new Binary(Binary.Kind.MUL), call.input(0), call.input(0));
        }
        String magnitude = call.before("magnitude", new Unary(Unary.Kind.ABS), call.input(0));
        return p == 1 ? magnitude : call.before("power", new Binary(Binary.Kind.POW), magnitude, scalar(call, "p", p));
    }

    private static Op root(OpCall call, String sum, int p) {
        call.keep(0);
        call.set(0, sum);
        if (p == 1) {
            return new Identity();
        }
        if (p == 2) {
            return new Unary(Unary.Kind.SQRT);
        }
        call.set(
                1,
                call.constant(
                        "root", Tensor.filled(TensorType.of(call.typeOf(sum).dtype()), _ -> 1.0 / p)));
        return new Binary(Binary.Kind.POW);
    }

    private static String scalar(OpCall call, String hint, double value) {
        return call.constant(hint, Tensor.filled(TensorType.of(call.inputType(0).dtype()), _ -> value));
    }
}
