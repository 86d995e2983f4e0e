package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Expr;
import java.util.Locale;

/** Expressions as C over vectors; operand i is the variable {@code v<i>}. */
final class CExpr {
    private CExpr() {}

    static String of(Expr expr) {
        return switch (expr) {
            case Expr.Input(int index) -> "v" + index;
            case Expr.Const(float value) -> "sv_splat(" + literal(value) + ")";
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> unary(op, of(x));
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> binary(op, a, b);
            case Expr.Select(Expr condition, Expr a, Expr b) ->
                "sv_select((sv_s32)(" + of(condition) + " != sv_splat(0)), " + of(a) + ", " + of(b) + ")";
            case Expr.Quantize(Expr x, float scale, int zero, int lo, int hi) ->
                "sv_quantize(" + of(x) + ", " + literal(scale) + ", " + zero + ", " + lo + ", " + hi + ")";
            case Expr.Requantize(Expr x, int zero, int lo, int hi) ->
                "sv_requantize_f32(" + of(x) + ", " + zero + ", " + lo + ", " + hi + ")";
            case Expr.Dequantize(Expr x, float scale, int zero) ->
                "sv_dequantize(" + of(x) + ", " + literal(scale) + ", " + zero + ")";
        };
    }

    private static String unary(Expr.UnaryOp op, String x) {
        return switch (op) {
            case NEG -> "(-" + x + ")";
            case RECIPROCAL -> "(sv_splat(1.0f) / " + x + ")";
            case ROUND -> "sv_rint(" + x + ")";
            case NOT -> "sv_truth((sv_s32)(" + x + " == sv_splat(0)))";
            case ABS, SQRT, EXP, LOG, TANH, SIGMOID, ERF, FLOOR, CEIL, SIGN, SIN, COS ->
                "sv_" + op.name().toLowerCase(Locale.ROOT) + "(" + x + ")";
        };
    }

    private static String binary(Expr.BinaryOp op, Expr left, Expr right) {
        String a = of(left);
        String b = of(right);
        return switch (op) {
            case ADD -> "(" + a + " + " + b + ")";
            case SUB -> "(" + a + " - " + b + ")";
            case MUL -> "(" + a + " * " + b + ")";
            case DIV -> "(" + a + " / " + b + ")";
            case MIN -> "sv_min(" + a + ", " + b + ")";
            case MAX -> "sv_max(" + a + ", " + b + ")";
            case POW -> power(a, b, right);
            case EQUAL -> truth(a, "==", b);
            case LESS -> truth(a, "<", b);
            case LESS_EQUAL -> truth(a, "<=", b);
            case GREATER -> truth(a, ">", b);
            case GREATER_EQUAL -> truth(a, ">=", b);
            case AND -> truth(nonZero(a), "&", nonZero(b));
            case OR -> truth(nonZero(a), "|", nonZero(b));
            case XOR -> truth(nonZero(a), "^", nonZero(b));
        };
    }

    private static String power(String a, String b, Expr exponent) {
        if (exponent instanceof Expr.Const(float value)) {
            if (value == 2) {
                return "(" + a + " * " + a + ")";
            }
            if (value == 0.5f) {
                return "sv_sqrt(" + a + ")";
            }
        }
        return "sv_pow(" + a + ", " + b + ")";
    }

    private static String truth(String a, String operator, String b) {
        return "sv_truth((sv_s32)(" + a + " " + operator + " " + b + "))";
    }

    private static String nonZero(String x) {
        return "(sv_s32)(" + x + " != sv_splat(0))";
    }

    static String literal(float value) {
        if (Float.isInfinite(value)) {
            return value > 0 ? "__builtin_inff()" : "-__builtin_inff()";
        }
        return Float.isNaN(value) ? "__builtin_nanf(\"\")" : value + "f";
    }
}
