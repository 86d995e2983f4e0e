package io.selvedge.compiler.tflite;

import java.util.Map;

/** Functions of one element, and SOFTMAX. */
final class Activations {
    private static final float L2_EPSILON = 1e-6f;

    private Activations() {}

    /** An ONNX operator of one operand that computes the same, attributes included. */
    static TfliteTranslator same(String onnx) {
        return call -> call.deliver(0, call.emit(onnx, Map.of(), call.real(0)));
    }

    static TfliteTranslator clipped(float from, float to) {
        return call -> call.deliver(0, call.clip(call.real(0), from, to));
    }

    static void leakyRelu(TfliteCall call) {
        float alpha = call.options().real(0, 0);
        call.deliver(0, call.emit("LeakyRelu", Map.of("alpha", alpha), call.real(0)));
    }

    /** Slopes broadcast from the last axis, as in ONNX. */
    static void prelu(TfliteCall call) {
        call.deliver(0, call.emit("PRelu", Map.of(), call.real(0), call.real(1)));
    }

    static void gelu(TfliteCall call) {
        String approximate = call.options().flag(0) ? "tanh" : "none";
        call.deliver(0, call.emit("Gelu", Map.of("approximate", approximate), call.real(0)));
    }

    /** Over the last axis, of {@code beta * x}. */
    static void softmax(TfliteCall call) {
        float beta = call.options().real(0, 0);
        String x = call.real(0);
        String scaled = beta == 1 ? x : call.emit("Mul", Map.of(), x, call.number(beta));
        call.deliver(0, call.emit("Softmax", Map.of("axis", -1L), scaled));
    }

    static void logSoftmax(TfliteCall call) {
        call.deliver(0, call.emit("LogSoftmax", Map.of("axis", -1L), call.real(0)));
    }

    /** {@code x / max(|x|, 1e-6)} over the last axis. */
    static void l2Normalization(TfliteCall call) {
        String x = call.real(0);
        String length = call.emit("ReduceL2", Map.of("axes", new long[] {-1}, "keepdims", 1L), x);
        String bounded = call.emit("Max", Map.of(), length, call.number(L2_EPSILON));
        call.deliver(0, call.activated(call.emit("Div", Map.of(), x, bounded), 0));
    }

    /** Over the last axis: {@code x / (bias + alpha * sum of squares within the radius)^beta}; ONNX divides alpha by the size. */
    static void localResponse(TfliteCall call) {
        int size = 2 * call.options().integer(0, 0) + 1;
        Map<String, Object> attributes = Map.of(
                "size",
                (long) size,
                "bias",
                call.options().real(1, 0),
                "alpha",
                call.options().real(2, 0) * size,
                "beta",
                call.options().real(3, 0));
        call.deliverImage(0, call.emit("LRN", attributes, call.image(0)));
    }

    static void rsqrt(TfliteCall call) {
        call.deliver(0, call.emit("Reciprocal", Map.of(), call.emit("Sqrt", Map.of(), call.real(0))));
    }

    static void square(TfliteCall call) {
        String x = call.real(0);
        call.deliver(0, call.emit("Mul", Map.of(), x, x));
    }
}
