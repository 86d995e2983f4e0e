package io.selvedge.compiler.tflite;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Map;

/** QUANTIZE, DEQUANTIZE, FAKE_QUANT and CAST: between kinds of numbers. */
final class Conversions {
    private Conversions() {}

    /** What the tensors' own steps say; also from steps to other steps. */
    static void convert(TfliteCall call) {
        call.deliver(0, call.real(0));
    }

    static void cast(TfliteCall call) {
        call.deliverRaw(0, call.cast(call.raw(0), call.result(0).dtype()));
    }

    /** Rounded to 8 bits between a minimum and a maximum, both moved so that zero is a step. */
    static void fakeQuant(TfliteCall call) {
        int bits = call.options().integer(2, 0);
        float min = Math.min(0, call.options().real(0, 0));
        float max = Math.max(0, call.options().real(1, 0));
        if (bits != 8 || call.options().flag(3) || !(max > min)) {
            throw call.unsupported(
                    "rounds [" + min + ", " + max + "] to " + bits + " bits; supported are 8 bits of the whole range");
        }
        float scale = (max - min) / 255;
        long zero = Math.clamp(Math.round(-min / scale), 0, 255);
        String steps = call.number(scale);
        String zeroPoint = call.constant(Tensor.integers(TensorType.of(DType.UINT8), _ -> zero));
        String rounded = call.emit("QuantizeLinear", Map.of(), call.real(0), steps, zeroPoint);
        call.deliver(0, call.emit("DequantizeLinear", Map.of(), rounded, steps, zeroPoint));
    }
}
