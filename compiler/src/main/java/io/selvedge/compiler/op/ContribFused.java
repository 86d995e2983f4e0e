package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Op;
import java.util.List;
import java.util.stream.IntStream;

/**
 * FusedConv, FusedGemm and FusedMatMul of ONNX Runtime's optimiser, taken apart again: {@code activation(conv(X, W, B) + Z)},
 * {@code activation(alpha * A * B + beta * C)} and {@code alpha * A * B} with transposed operands. What is worth fusing here is
 * found by our own passes.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">contributed operators</a>
 */
final class ContribFused {
    private ContribFused() {}

    /** Inputs: X, W, B, and Z, which is added before the activation. */
    static Op readConv(OpCall call) {
        Composition body = new Composition(call);
        String sum = call.input(3);
        Op conv = Conv.read(call);
        String y = call.before(
                "conv",
                conv,
                call.inputs().subList(0, Math.min(3, call.inputs().size())).toArray(String[]::new));
        Attributes attributes = call.attributes();
        float[] parameters = attributes.floats("activation_params").orElse(new float[0]);
        return activation(body, sum.isEmpty() ? y : body.add(y, sum), attributes.text("activation", ""), parameters);
    }

    static Op readGemm(OpCall call) {
        String y = call.before("gemm", Gemm.read(call), call.inputs().toArray(String[]::new));
        Attributes attributes = call.attributes();
        float[] parameters = {
            attributes.number("activation_alpha", 0),
            attributes.number("activation_beta", 0),
            attributes.number("activation_gamma", 0)
        };
        return activation(new Composition(call), y, attributes.text("activation", ""), parameters);
    }

    private static Op activation(Composition body, String x, String name, float[] parameters) {
        return switch (name) {
            case "" -> body.last(new Identity(), x);
            case "Relu" -> body.last(new Unary(Unary.Kind.RELU), x);
            case "Sigmoid" -> body.last(new Unary(Unary.Kind.SIGMOID), x);
            case "Tanh" -> body.last(new Unary(Unary.Kind.TANH), x);
            case "LeakyRelu" -> body.last(new Activation(Activation.Kind.LEAKY_RELU, parameters[0], 0), x);
            case "Elu" -> body.last(new Activation(Activation.Kind.ELU, parameters[0], 0), x);
            case "HardSigmoid" ->
                body.last(new Activation(Activation.Kind.HARD_SIGMOID, parameters[0], parameters[1]), x);
            case "Clip" ->
                body.last(new Clip(), x, body.scalarLike(x, parameters[0]), body.scalarLike(x, parameters[1]));
            default ->
                throw new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE,
                        "activation '" + name + "' is not known; known are Relu, Sigmoid, Tanh, LeakyRelu, Elu, "
                                + "HardSigmoid, Clip");
        };
    }

    static Op readMatMul(OpCall call) {
        Composition body = new Composition(call);
        Attributes attributes = call.attributes();
        body.without(
                attributes.flag("transBatchA", false) || attributes.flag("transBatchB", false),
                "transBatchA and transBatchB");
        String a = operand(call, 0, "transA");
        String b = operand(call, 1, "transB");
        float alpha = attributes.number("alpha", 1);
        if (alpha == 1) {
            return body.last(new MatMul(), a, b);
        }
        String product = body.matmul(a, b);
        return body.last(new Binary(Binary.Kind.MUL), product, body.scalarLike(product, alpha));
    }

    private static String operand(OpCall call, int index, String flag) {
        int rank = call.extents(index).length;
        if (!call.attributes().flag(flag, false) || rank < 2) {
            return call.input(index);
        }
        List<Integer> perm = IntStream.range(0, rank)
                .map(axis -> axis == rank - 1 ? rank - 2 : axis == rank - 2 ? rank - 1 : axis)
                .boxed()
                .toList();
        return call.before("transposed", new Transpose(perm), call.input(index));
    }
}
