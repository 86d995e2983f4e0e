package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Op;

/**
 * FastGelu (the tanh form), BiasGelu and QuickGelu of ONNX Runtime's optimiser: {@code gelu(X + bias)} and
 * {@code X * sigmoid(alpha * X)}.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">contributed operators</a>
 */
final class ContribActivations {
    private ContribActivations() {}

    static Op readFastGelu(OpCall call) {
        Composition body = new Composition(call);
        return body.last(new Gelu(true), body.withBias(call.input(0), 1));
    }

    static Op readBiasGelu(OpCall call) {
        Composition body = new Composition(call);
        return body.last(new Gelu(false), body.withBias(call.input(0), 1));
    }

    static Op readQuickGelu(OpCall call) {
        Composition body = new Composition(call);
        String x = call.input(0);
        String scaled = body.mul(x, body.scalarLike(x, call.attributes().number("alpha", 1.702f)));
        return body.last(new Binary(Binary.Kind.MUL), x, body.unary(Unary.Kind.SIGMOID, scaled));
    }
}
