package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Z = X followed by Y}, string by string, shapes broadcast.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__StringConcat.html">ONNX StringConcat</a>
 */
public record StringConcat() implements Op {
    static Op read(OpCall call) {
        return new StringConcat();
    }

    @Override
    public String type() {
        return "StringConcat";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = Operands.strings(required(inputs, 0, "X"));
        TensorType y = Operands.strings(required(inputs, 1, "Y"));
        return List.of(new TensorType(DType.STRING, Strides.common(x.shape(), y.shape())));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Tensor y = required(inputs, 1, "Y");
        Shape shape = Strides.common(x.shape(), y.shape());
        int[] xs = Strides.broadcast(x.shape(), shape);
        int[] ys = Strides.broadcast(y.shape(), shape);
        return List.of(Tensor.texts(shape, i -> x.getText(xs[i]) + y.getText(ys[i])));
    }
}
