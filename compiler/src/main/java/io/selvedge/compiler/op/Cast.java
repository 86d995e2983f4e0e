package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

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
 * {@code Y = (to) X}: to integers by truncation, to booleans as {@code X != 0}, to narrower floats by rounding.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Cast.html">ONNX Cast</a>
 */
public record Cast(DType to) implements Op {
    static Op read(OpCall call) {
        int code = call.attributes().index("to");
        return new Cast(DType.ofOnnxCode(code)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE, "casts to ONNX element type " + code + ", which is not supported")));
    }

    @Override
    public String type() {
        return "Cast";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("to", (long) to.onnxCode());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(new TensorType(to, required(inputs, 0, "X").shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = new TensorType(to, x.shape());
        if (to == DType.BOOL) {
            return List.of(Tensor.integers(type, i -> x.getDouble(i) != 0 ? 1 : 0));
        }
        return List.of(
                x.dtype().isFloat()
                        ? Tensor.filled(type, x::getDouble)
                        : Tensor.integers(type, x::getLong));
    }
}
