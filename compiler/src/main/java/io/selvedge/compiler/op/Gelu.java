package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = X/2 * (1 + erf(X / sqrt 2))}, or with {@code tanh} the approximation
 * {@code X/2 * (1 + tanh(sqrt(2/pi) * (X + 0.044715 * X^3)))}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Gelu.html">ONNX Gelu</a>
 */
public record Gelu(boolean tanh) implements Op, ElementWise {
    static Op read(OpCall call) {
        return new Gelu(call.attributes().text("approximate", "none").equals("tanh"));
    }

    @Override
    public String type() {
        return "Gelu";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("approximate", tanh ? "tanh" : "none");
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        Operands.floating(x);
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        return List.of(Tensor.filled(x.type(), i -> apply(x.getDouble(i))));
    }

    /** The function, before rounding to the dtype. */
    public double apply(double x) {
        double gate = tanh
                ? Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))
                : Erf.of(x / Math.sqrt(2));
        return 0.5 * x * (1 + gate);
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr x = operands.getFirst();
        Expr inner = tanh
                ? new Expr.Unary(
                        Expr.UnaryOp.TANH,
                        times(0.7978845608f, add(x, times(0.044715f, times(x, times(x, x))))))
                : new Expr.Unary(Expr.UnaryOp.ERF, times(0.70710678f, x));
        return times(times(0.5f, x), add(new Expr.Const(1), inner));
    }

    private static Expr times(float factor, Expr x) {
        return times(new Expr.Const(factor), x);
    }

    private static Expr times(Expr a, Expr b) {
        return new Expr.Binary(Expr.BinaryOp.MUL, a, b);
    }

    private static Expr add(Expr a, Expr b) {
        return new Expr.Binary(Expr.BinaryOp.ADD, a, b);
    }
}
