package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Quantised operators of ONNX Runtime's quantiser as QDQ: {@code Quantize(op(Dequantize(x)))}. QLinearAdd, QLinearMul,
 * QLinearSigmoid, QLinearLeakyRelu, QLinearSoftmax, QLinearConcat and the average pools.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">contributed operators</a>
 */
final class ContribQuantized {
    private ContribQuantized() {}

    /** Inputs: A, its scale and zero point, B, its scale and zero point, scale and zero point of C. */
    static Op readBinary(OpCall call) {
        Binary op = new Binary(call.type().equals("QLinearAdd") ? Binary.Kind.ADD : Binary.Kind.MUL);
        return quantized(call, call.before("real", op, real(call, 0), real(call, 3)), 6);
    }

    /** Inputs: X, its scale and zero point, scale and zero point of Y. */
    static Op readUnary(OpCall call) {
        Op op = call.type().equals("QLinearSigmoid")
                ? new Unary(Unary.Kind.SIGMOID)
                : new Activation(Activation.Kind.LEAKY_RELU, call.attributes().number("alpha", 0.01f), 0);
        return quantized(call, call.before("real", op, real(call, 0)), 3);
    }

    /** Inputs as {@link #readUnary}; the attribute {@code opset} says whose Softmax it is. */
    static Op readSoftmax(OpCall call) {
        boolean alongOne = call.attributes().index("opset") >= 13;
        int[] extents = call.extents(0);
        int axis = Operands.axis(call.attributes().index("axis", alongOne ? -1 : 1), extents.length);
        Composition body = new Composition(call);
        String x = real(call, 0);
        if (alongOne || axis == extents.length - 1) {
            return quantized(call, call.before("softmax", new Softmax(axis, false), x), 3);
        }
        String rows = call.before("rows", new Flatten(axis), x);
        String soft = call.before("softmax", new Softmax(1, false), rows);
        return quantized(
                call, body.reshape(soft, IntStream.of(extents).asLongStream().toArray()), 3);
    }

    /** Inputs as {@link #readUnary}. */
    static Op readGlobalAveragePool(OpCall call) {
        boolean last = call.attributes().flag("channels_last", false);
        String pooled =
                call.before("pool", new GlobalPool(Pool.Kind.AVERAGE), channels(call, real(call, 0), last, true));
        return quantized(call, channels(call, pooled, last, false), 3);
    }

    /** Inputs as {@link #readUnary}. */
    static Op readAveragePool(OpCall call) {
        boolean last = call.attributes().flag("channels_last", false);
        String x = channels(call, real(call, 0), last, true);
        String scale = call.input(3);
        String zeroPoint = call.input(4);
        call.keep(0);
        call.set(0, x);
        String pooled = call.before("pool", Pool.read(call), x);
        return quantized(call, channels(call, pooled, last, false), scale, zeroPoint);
    }

    /** Inputs: scale and zero point of Y, then each part with its scale and zero point. */
    static Op readConcat(OpCall call) {
        List<String> parts = new ArrayList<>();
        for (int at = 2; at < call.inputs().size(); at += 3) {
            parts.add(real(call, at));
        }
        if (parts.isEmpty()) {
            throw new SelvedgeException(ErrorCode.BAD_GRAPH, "needs at least one part");
        }
        int axis = Operands.axis(call.attributes().index("axis"), call.extents(2).length);
        String joined = call.before("joined", new Concat(axis), parts.toArray(String[]::new));
        return quantized(call, joined, 0);
    }

    private static String channels(OpCall call, String x, boolean last, boolean first) {
        if (!last) {
            return x;
        }
        int rank = call.typeOf(x).shape().rank();
        List<Integer> perm = new ArrayList<>(List.of(0));
        if (first) {
            perm.add(rank - 1);
            IntStream.range(1, rank - 1).forEach(perm::add);
        } else {
            IntStream.range(2, rank).forEach(perm::add);
            perm.add(1);
        }
        return call.before(first ? "channels_first" : "channels_last", new Transpose(perm), x);
    }

    private static String real(OpCall call, int at) {
        String zeroPoint = zeroPoint(call, at + 2, call.inputType(at).dtype(), call.typeOf(call.input(at + 1)));
        return call.before("real", new DequantizeLinear(1), call.input(at), call.input(at + 1), zeroPoint);
    }

    private static Op quantized(OpCall call, String real, int scale) {
        DType dtype = call.inputType(scale == 0 ? 2 : 0).dtype();
        String zeroPoint = zeroPoint(call, scale + 1, dtype, call.inputType(scale));
        return quantized(call, real, call.input(scale), zeroPoint);
    }

    private static Op quantized(OpCall call, String real, String scale, String zeroPoint) {
        return new Composition(call).last(new QuantizeLinear(1), real, scale, zeroPoint);
    }

    /** The zero point, in the scale's shape; 0 where the file has none. */
    private static String zeroPoint(OpCall call, int at, DType dtype, TensorType scale) {
        if (!call.has(at)) {
            return call.constant("zero_point", Tensor.integers(new TensorType(dtype, scale.shape()), _ -> 0));
        }
        return call.inputType(at).shape().equals(scale.shape())
                ? call.input(at)
                : new Composition(call)
                        .reshape(
                                call.input(at),
                                IntStream.of(scale.shape().extents())
                                        .asLongStream()
                                        .toArray());
    }
}
