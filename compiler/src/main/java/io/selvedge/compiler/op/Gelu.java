package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = X/2 * (1 + erf(X / sqrt 2))}, or with {@code tanh} the approximation
 * {@code X/2 * (1 + tanh(sqrt(2/pi) * (X + 0.044715 * X^3)))}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Gelu.html">ONNX Gelu</a>
 */
public record Gelu(boolean tanh) implements Op, ElementWise, Lowerable {
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
        double gate = tanh ? Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)) : Erf.of(x / Math.sqrt(2));
        return 0.5 * x * (1 + gate);
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr x = operands.getFirst();
        Expr cubic = MapLowering.mul(MapLowering.number(0.044715), MapLowering.mul(x, MapLowering.mul(x, x)));
        Expr gate = tanh
                ? MapLowering.unary(
                        Expr.UnaryOp.TANH,
                        MapLowering.mul(MapLowering.number(Math.sqrt(2 / Math.PI)), MapLowering.add(x, cubic)))
                : MapLowering.unary(Expr.UnaryOp.ERF, MapLowering.mul(x, MapLowering.number(1 / Math.sqrt(2))));
        return MapLowering.mul(
                MapLowering.mul(MapLowering.number(0.5), x), MapLowering.add(MapLowering.number(1), gate));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}
