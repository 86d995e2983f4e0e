package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A matrix of the input's shape with ones on diagonal k: {@code Y[i, i + k] = 1}. The input's values do not matter.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__EyeLike.html">ONNX EyeLike</a>
 */
public record EyeLike(DType dtype, int k) implements Op {
    static Op read(OpCall call) {
        int code = call.attributes()
                .index("dtype", call.has(0) ? call.inputType(0).dtype().onnxCode() : DType.FLOAT32.onnxCode());
        DType dtype = DType.ofOnnxCode(code)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE, "makes ONNX element type " + code + ", which is not supported"));
        return new EyeLike(dtype, call.attributes().index("k", 0));
    }

    @Override
    public String type() {
        return "EyeLike";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("dtype", (long) dtype.onnxCode(), "k", (long) k);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        shapes(x.shape().rank() == 2, "needs a matrix, got %s", x);
        return List.of(new TensorType(dtype, x.shape()));
    }

    @Override
    public Optional<Tensor> valueFromTypes(List<Optional<TensorType>> inputs) {
        TensorType type = infer(inputs, List.of()).getFirst();
        int columns = type.shape().extent(1);
        return Optional.of(Tensor.integers(type, i -> i % columns == i / columns + k ? 1 : 0));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        return List.of(valueFromTypes(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList())
                .orElseThrow());
    }
}
