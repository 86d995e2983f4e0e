package io.selvedge.compiler.program;

import java.util.function.UnaryOperator;

/** Evaluates an expression on scalars with every step rounded to f32; transcendental functions by {@link StrictMath}. */
public final class ExprEvaluator {
    private ExprEvaluator() {}

    public static float evaluate(Expr expr, float... inputs) {
        return switch (expr) {
            case Expr.Input(int index) -> inputs[index];
            case Expr.Const(double value) -> (float) value;
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> unary(op, evaluate(x, inputs));
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> binary(op, evaluate(a, inputs), evaluate(b, inputs));
            case Expr.Select(Expr condition, Expr a, Expr b) ->
                evaluate(condition, inputs) != 0 ? evaluate(a, inputs) : evaluate(b, inputs);
            case Expr.Quantize(Expr x, float scale, int zeroPoint, int lo, int hi) ->
                round(evaluate(x, inputs) / scale, zeroPoint, lo, hi);
            case Expr.Requantize(Expr x, int zeroPoint, int lo, int hi) ->
                round(evaluate(x, inputs), zeroPoint, lo, hi);
            case Expr.Dequantize(Expr x, float scale, int zeroPoint) -> (evaluate(x, inputs) - zeroPoint) * scale;
        };
    }

    /** {@code clamp(round_half_even(steps), lo - zeroPoint, hi - zeroPoint) + zeroPoint}; NaN gives lo. */
    public static float round(float steps, int zeroPoint, int lo, int hi) {
        float clamped = steps > lo - zeroPoint ? Math.min(steps, hi - zeroPoint) : lo - zeroPoint;
        return (float) Math.rint(clamped) + zeroPoint;
    }

    private static float unary(Expr.UnaryOp op, float x) {
        return switch (op) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SQRT -> (float) StrictMath.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case EXP -> (float) StrictMath.exp(x);
            case LOG -> (float) StrictMath.log(x);
            case TANH -> (float) StrictMath.tanh(x);
            case SIGMOID -> (float) (1 / (1 + StrictMath.exp(-x)));
            case ERF -> (float) erf(x);
            case FLOOR -> (float) Math.floor(x);
            case CEIL -> (float) Math.ceil(x);
            case ROUND -> (float) Math.rint(x);
            case SIGN -> Math.signum(x);
            case SIN -> (float) StrictMath.sin(x);
            case COS -> (float) StrictMath.cos(x);
            case NOT -> x == 0 ? 1 : 0;
            case TO_FLOAT -> x;
            case TO_HALF -> Float.float16ToFloat(Float.floatToFloat16(x));
            case TO_BFLOAT -> toBfloat(x);
            case BIT_NOT -> throw new IllegalStateException(op + " of a float");
        };
    }

    private static float binary(Expr.BinaryOp op, float a, float b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case POW -> (float) StrictMath.pow(a, b);
            case EQUAL -> a == b ? 1 : 0;
            case LESS -> a < b ? 1 : 0;
            case LESS_EQUAL -> a <= b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
            case GREATER_EQUAL -> a >= b ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case OR -> a != 0 || b != 0 ? 1 : 0;
            case XOR -> (a != 0) != (b != 0) ? 1 : 0;
            case REM -> a % b;
            case MOD, BIT_AND, BIT_OR, BIT_XOR, SHIFT_LEFT, SHIFT_RIGHT ->
                throw new IllegalStateException(op + " of floats");
        };
    }

    private static float toBfloat(float x) {
        int bits = Float.floatToRawIntBits(x);
        return Float.isNaN(x) ? x : Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
    }

    /** Error function by its Maclaurin series below 3 and the complementary continued fraction above; error below 1e-12. */
    static double erf(double x) {
        double a = Math.abs(x);
        if (a < 3) {
            double term = a;
            double sum = a;
            for (int n = 1; Math.abs(term) > 1e-17 * sum && n < 200; n++) {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.copySign(sum * 2 / Math.sqrt(Math.PI), x);
        }
        double fraction = 0;
        for (int k = 60; k > 0; k--) {
            fraction = k / 2.0 / (a + fraction);
        }
        return Math.copySign(1 - StrictMath.exp(-a * a) / (a + fraction) / Math.sqrt(Math.PI), x);
    }

    /** Rebuilds an expression bottom-up; {@code rewrite} sees every node after its operands. */
    public static Expr rewrite(Expr expr, UnaryOperator<Expr> rewrite) {
        Expr rebuilt = switch (expr) {
            case Expr.Input input -> input;
            case Expr.Const constant -> constant;
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> new Expr.Unary(op, rewrite(x, rewrite));
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) ->
                new Expr.Binary(op, rewrite(a, rewrite), rewrite(b, rewrite));
            case Expr.Select(Expr c, Expr a, Expr b) ->
                new Expr.Select(rewrite(c, rewrite), rewrite(a, rewrite), rewrite(b, rewrite));
            case Expr.Quantize(Expr x, float scale, int zero, int lo, int hi) ->
                new Expr.Quantize(rewrite(x, rewrite), scale, zero, lo, hi);
            case Expr.Requantize(Expr x, int zero, int lo, int hi) ->
                new Expr.Requantize(rewrite(x, rewrite), zero, lo, hi);
            case Expr.Dequantize(Expr x, float scale, int zero) ->
                new Expr.Dequantize(rewrite(x, rewrite), scale, zero);
        };
        return rewrite.apply(rebuilt);
    }
}
