package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
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
public record Unary(Kind kind) implements Op, ElementWise, Lowerable {
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
        TAN("Tan", Math::tan),
        ASIN("Asin", Math::asin),
        ACOS("Acos", Math::acos),
        ATAN("Atan", Math::atan),
        SINH("Sinh", Math::sinh),
        COSH("Cosh", Math::cosh),
        /** {@code sign(x) * log(|x| + sqrt(x^2 + 1))}. */
        ASINH("Asinh", x -> Math.signum(x) * Math.log(Math.abs(x) + Math.sqrt(x * x + 1))),
        ACOSH("Acosh", x -> Math.log(x + Math.sqrt(x * x - 1))),
        ATANH("Atanh", x -> 0.5 * (Math.log1p(x) - Math.log1p(-x))),
        /** {@code x * tanh(softplus(x))}. */
        MISH("Mish", x -> x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))))),
        /** {@code log(1 + exp(x))}, written so that it does not overflow. */
        SOFTPLUS("Softplus", x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
        /** {@code x / (1 + |x|)}. */
        SOFTSIGN("Softsign", x -> x / (1 + Math.abs(x))),
        /** {@code x * max(0, min(1, x / 6 + 0.5))}. */
        HARD_SWISH("HardSwish", x -> x * Math.max(0, Math.min(1, x / 6 + 0.5))),
        /** On booleans. */
        NOT("Not", x -> x == 0 ? 1 : 0);

        private final String onnx;

        @SuppressWarnings("ImmutableEnumChecker") // Every function is a lambda without state.
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
            default -> (long) kind.apply((double) x);
        };
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr x = operands.getFirst();
        return switch (kind) {
            case RELU -> Expr.clamp(x, 0, Float.POSITIVE_INFINITY);
            case SOFTPLUS -> softplus(x);
            case MISH -> MapLowering.mul(x, MapLowering.unary(Expr.UnaryOp.TANH, softplus(x)));
            case TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH -> Trigonometry.expr(kind, x);
            case SOFTSIGN ->
                new Expr.Binary(
                        Expr.BinaryOp.DIV,
                        x,
                        MapLowering.add(MapLowering.number(1), MapLowering.unary(Expr.UnaryOp.ABS, x)));
            case HARD_SWISH ->
                MapLowering.mul(
                        x,
                        Expr.clamp(
                                MapLowering.add(
                                        MapLowering.mul(x, MapLowering.number(1.0 / 6)), MapLowering.number(0.5)),
                                0,
                                1));
            case SIGMOID, TANH, EXP, LOG, SQRT, RECIPROCAL, ERF, ABS, NEG, FLOOR, CEIL, ROUND, SIGN, SIN, COS, NOT ->
                MapLowering.unary(Expr.UnaryOp.valueOf(kind.name()), x);
        };
    }

    private static Expr softplus(Expr x) {
        Expr magnitude = MapLowering.unary(Expr.UnaryOp.ABS, x);
        Expr tail = MapLowering.unary(Expr.UnaryOp.EXP, MapLowering.unary(Expr.UnaryOp.NEG, magnitude));
        return MapLowering.add(
                Expr.clamp(x, 0, Float.POSITIVE_INFINITY),
                MapLowering.unary(Expr.UnaryOp.LOG, MapLowering.add(MapLowering.number(1), tail)));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}
