package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * Element-wise functions of one value without attributes: {@code Y = f(X)}, same shape and dtype.
 *
 * @see <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>, each under its kind's name
 */
public record Unary(Kind kind) implements Op, ElementWise {
    /** The function; formulas as ONNX gives them, computed in double and rounded to the dtype once. */
    public enum Kind {
        RELU("Relu", x -> Math.max(x, 0)),
        SIGMOID("Sigmoid", x -> 1 / (1 + Math.exp(-x))),
        TANH("Tanh", Math::tanh),
        EXP("Exp", Math::exp),
        LOG("Log", Math::log),
        SQRT("Sqrt", Math::sqrt),
        RECIPROCAL("Reciprocal", x -> 1 / x),
        ERF("Erf", Erf::of),
        ABS("Abs", Math::abs),
        NEG("Neg", x -> -x),
        FLOOR("Floor", Math::floor),
        CEIL("Ceil", Math::ceil),
        /** Half to even. */
        ROUND("Round", Math::rint),
        SIGN("Sign", Math::signum),
        SIN("Sin", Math::sin),
        COS("Cos", Math::cos),
        /** {@code log(1 + exp(x))}, written so that it does not overflow. */
        SOFTPLUS("Softplus", x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
        /** {@code x / (1 + |x|)}. */
        SOFTSIGN("Softsign", x -> x / (1 + Math.abs(x))),
        /** {@code x * max(0, min(1, x / 6 + 0.5))}. */
        HARD_SWISH("HardSwish", x -> x * Math.max(0, Math.min(1, x / 6 + 0.5))),
        /** On booleans. */
        NOT("Not", x -> x == 0 ? 1 : 0);

        private final String onnx;
        private final DoubleUnaryOperator function;

        Kind(String onnx, DoubleUnaryOperator function) {
            this.onnx = onnx;
            this.function = function;
        }

        /** ONNX operator type. */
        public String onnx() {
            return onnx;
        }

        /** The exact function, before rounding to the dtype. */
        public double apply(double x) {
            return function.applyAsDouble(x);
        }
    }

    static Op read(OpCall call) {
        return new Unary(Arrays.stream(Kind.values())
                .filter(kind -> kind.onnx.equals(call.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(call.type())));
    }

    @Override
    public String type() {
        return kind.onnx;
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        if ((kind == Kind.NOT) != (x.dtype() == DType.BOOL)) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "needs " + (kind == Kind.NOT ? "a boolean" : "a numeric") + " input, got " + x);
        }
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        if (x.dtype() == DType.INT64 || x.dtype() == DType.UINT64) {
            return List.of(Tensor.integers(x.type(), i -> exact(x.getLong(i))));
        }
        return List.of(Tensor.filled(x.type(), i -> kind.apply(x.getDouble(i))));
    }

    private long exact(long x) {
        return switch (kind) {
            case RELU -> Math.max(x, 0);
            case ABS -> Math.abs(x);
            case NEG -> -x;
            case SIGN -> Long.signum(x);
            default -> (long) kind.apply(x);
        };
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr x = operands.getFirst();
        return switch (kind) {
            case RELU -> Expr.clamp(x, 0, Float.POSITIVE_INFINITY);
            case SIGMOID -> new Expr.Unary(Expr.UnaryOp.SIGMOID, x);
            case TANH -> new Expr.Unary(Expr.UnaryOp.TANH, x);
            case EXP -> new Expr.Unary(Expr.UnaryOp.EXP, x);
            case LOG -> new Expr.Unary(Expr.UnaryOp.LOG, x);
            case SQRT -> new Expr.Unary(Expr.UnaryOp.SQRT, x);
            case RECIPROCAL -> new Expr.Unary(Expr.UnaryOp.RECIPROCAL, x);
            case ERF -> new Expr.Unary(Expr.UnaryOp.ERF, x);
            case ABS -> new Expr.Unary(Expr.UnaryOp.ABS, x);
            case NEG -> new Expr.Unary(Expr.UnaryOp.NEG, x);
            case FLOOR -> new Expr.Unary(Expr.UnaryOp.FLOOR, x);
            case CEIL -> new Expr.Unary(Expr.UnaryOp.CEIL, x);
            case ROUND -> new Expr.Unary(Expr.UnaryOp.ROUND, x);
            case SIGN -> new Expr.Unary(Expr.UnaryOp.SIGN, x);
            case SIN -> new Expr.Unary(Expr.UnaryOp.SIN, x);
            case COS -> new Expr.Unary(Expr.UnaryOp.COS, x);
            case NOT -> new Expr.Unary(Expr.UnaryOp.NOT, x);
            case SOFTPLUS ->
                add(
                        Expr.clamp(x, 0, Float.POSITIVE_INFINITY),
                        new Expr.Unary(
                                Expr.UnaryOp.LOG,
                                add(new Expr.Const(1), new Expr.Unary(Expr.UnaryOp.EXP, new Expr.Unary(Expr.UnaryOp.NEG, magnitude(x))))));
            case SOFTSIGN -> new Expr.Binary(Expr.BinaryOp.DIV, x, add(new Expr.Const(1), magnitude(x)));
            case HARD_SWISH -> {
                Expr sixth = new Expr.Binary(Expr.BinaryOp.MUL, x, new Expr.Const(1 / 6f));
                yield new Expr.Binary(Expr.BinaryOp.MUL, x, Expr.clamp(add(sixth, new Expr.Const(0.5f)), 0, 1));
            }
        };
    }

    private static Expr add(Expr a, Expr b) {
        return new Expr.Binary(Expr.BinaryOp.ADD, a, b);
    }

    private static Expr magnitude(Expr x) {
        return new Expr.Unary(Expr.UnaryOp.ABS, x);
    }
}
