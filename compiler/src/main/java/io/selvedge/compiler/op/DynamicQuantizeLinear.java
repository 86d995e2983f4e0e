package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Quantises to uint8 with the range found in the data: {@code scale = (max(0, x) - min(0, x)) / 255, zero_point =
 * round(clamp(-min / scale)), y = clamp(round(x / scale) + zero_point)}. Outputs: y, scale (f32), zero_point (uint8).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html">ONNX DynamicQuantizeLinear</a>
 */
public record DynamicQuantizeLinear() implements Op {
    static Op read(OpCall call) {
        return new DynamicQuantizeLinear();
    }

    @Override
    public String type() {
        return "DynamicQuantizeLinear";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "x");
        Operands.floating(x);
        return List.of(
                new TensorType(DType.UINT8, x.shape()), TensorType.of(DType.FLOAT32), TensorType.of(DType.UINT8));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        float[] x = required(inputs, 0, "x").toFloats();
        float min = 0;
        float max = 0;
        for (float value : x) {
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        // A range of zero has no scale; any will do, for every element is 0.
        float scale = max == min ? 1 : (max - min) / 255;
        long zeroPoint = Math.clamp((long) Math.rint(-min / scale), 0, 255);
        TensorType type = new TensorType(DType.UINT8, required(inputs, 0, "x").shape());
        return List.of(
                Tensor.integers(type, i -> Math.clamp((long) Math.rint(x[i] / scale) + zeroPoint, 0, 255)),
                Tensor.floats(new float[] {scale}),
                Tensor.integers(TensorType.of(DType.UINT8), _ -> zeroPoint));
    }
}
