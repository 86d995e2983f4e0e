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
 * The ONNX operator Size: the number of elements of X as an int64 scalar.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Size.html">ONNX Size</a>
 */
public record SizeOf() implements Op {
    static Op read(OpCall call) {
        return new SizeOf();
    }

    @Override
    public String type() {
        return "Size";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public Optional<Tensor> valueFromTypes(List<Optional<TensorType>> inputs) {
        return Optional.of(
                Tensor.longs(new long[] {required(inputs, 0, "data").shape().elements()}));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        required(inputs, 0, "data");
        return List.of(TensorType.of(DType.INT64));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        return List.of(Tensor.longs(new long[] {required(inputs, 0, "data").elements()}));
    }
}
