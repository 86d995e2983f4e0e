package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
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
 * IsNaN and IsInf: whether each element is no number, or infinite with a sign that is asked for.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__IsInf.html">ONNX IsInf</a>
 */
public record FloatTest(boolean nan, boolean positive, boolean negative) implements Op, ElementWise, Lowerable {
    static Op read(OpCall call) {
        return new FloatTest(
                call.type().equals("IsNaN"),
                call.attributes().flag("detect_positive", true),
                call.attributes().flag("detect_negative", true));
    }

    @Override
    public String type() {
        return nan ? "IsNaN" : "IsInf";
    }

    @Override
    public Map<String, Object> attributes() {
        return nan
                ? Map.of()
                : Attributes.map("detect_positive", positive ? 1L : 0L, "detect_negative", negative ? 1L : 0L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        Operands.floating(x);
        return List.of(new TensorType(DType.BOOL, x.shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        return List.of(Tensor.integers(new TensorType(DType.BOOL, x.shape()), i -> holds(x.getDouble(i)) ? 1 : 0));
    }

    private boolean holds(double x) {
        return nan
                ? Double.isNaN(x)
                : (positive && x == Double.POSITIVE_INFINITY) || (negative && x == Double.NEGATIVE_INFINITY);
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr x = operands.getFirst();
        if (nan) {
            return MapLowering.unary(Expr.UnaryOp.NOT, new Expr.Binary(Expr.BinaryOp.EQUAL, x, x));
        }
        Expr above = new Expr.Binary(Expr.BinaryOp.EQUAL, x, MapLowering.number(Double.POSITIVE_INFINITY));
        Expr below = new Expr.Binary(Expr.BinaryOp.EQUAL, x, MapLowering.number(Double.NEGATIVE_INFINITY));
        if (positive && negative) {
            return new Expr.Binary(Expr.BinaryOp.OR, above, below);
        }
        return positive ? above : negative ? below : MapLowering.number(0);
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}
