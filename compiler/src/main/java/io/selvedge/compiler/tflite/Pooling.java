package io.selvedge.compiler.tflite;

import io.selvedge.compiler.ir.DType;
import java.util.Map;
import java.util.TreeMap;

/** MAX_POOL_2D, AVERAGE_POOL_2D and L2_POOL_2D. Averages leave pads out of their counts. */
final class Pooling {
    /** Moves a half to one side, and nothing else for windows below 2048 elements: 255 * 2^-20 < 1 / (2 * 2048). */
    private static final float TIE = 0x1p-20f;

    private static final int RELU = 1;
    private static final int MOST_ELEMENTS = 2048;

    private Pooling() {}

    static void max(TfliteCall call) {
        pool(call, "MaxPool");
    }

    static void average(TfliteCall call) {
        TfliteTensor result = call.result(0);
        boolean steps = result.quantized() && call.tensor(0).alike(result) && result.dtype() != DType.INT16;
        boolean small = (long) call.options().integer(3, 0) * call.options().integer(4, 0) < MOST_ELEMENTS;
        if (!steps || !small || call.options().small(5, 0) > (atZero(result) ? RELU : 0)) {
            pool(call, "AveragePool");
            return;
        }
        // TFLite rounds the mean of the integers, half away from their zero: a mean that is larger by less than the
        // distance
        // between two means does so, and a zero point that is left out on both sides changes no difference.
        String x = call.image(0, 1 + TIE, 0);
        call.deliverImage(0, call.emit("AveragePool", window(call), x), 1, 0);
    }

    /** Whether its smallest integer stands for zero, so that a RELU changes nothing. */
    private static boolean atZero(TfliteTensor tensor) {
        return tensor.steps().orElseThrow().zero(0) == (tensor.dtype() == DType.INT8 ? Byte.MIN_VALUE : 0);
    }

    private static void pool(TfliteCall call, String type) {
        call.deliverImage(0, call.activated(call.emit(type, window(call), call.image(0)), 5));
    }

    /** {@code sqrt(average of squares)}. */
    static void l2(TfliteCall call) {
        String x = call.image(0);
        String mean = call.emit("AveragePool", window(call), call.emit("Mul", Map.of(), x, x));
        call.deliverImage(0, call.activated(call.emit("Sqrt", Map.of(), mean), 5));
    }

    private static Map<String, Object> window(TfliteCall call) {
        FlatTable options = call.options();
        Map<String, Object> attributes = new TreeMap<>();
        attributes.put("auto_pad", Convolutions.padding(options.small(0, 0)));
        attributes.put("strides", new long[] {options.integer(2, 0), options.integer(1, 0)});
        attributes.put("kernel_shape", new long[] {options.integer(4, 0), options.integer(3, 0)});
        return attributes;
    }
}
