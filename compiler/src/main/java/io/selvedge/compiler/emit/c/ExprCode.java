package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Expr;
import java.util.HashMap;
import java.util.Map;

/** Writes an expression as a C function on vectors, one statement per operation; equal parts are computed once. */
final class ExprCode {
    private final Map<Expr, String> names = new HashMap<>();
    private final StringBuilder statements = new StringBuilder();

    private ExprCode() {}

    /** {@code sv_f32 name(sv_f32 x0, ...)} of {@code arity} operands. */
    static String function(String name, int arity, Expr expr) {
        ExprCode code = new ExprCode();
        String result = code.value(expr);
        StringBuilder parameters = new StringBuilder();
        StringBuilder unused = new StringBuilder();
        for (int i = 0; i < arity; i++) {
            parameters.append(i == 0 ? "" : ", ").append("sv_f32 x").append(i);
            if (!uses(expr, i)) {
                unused.append("    (void)x").append(i).append(";\n");
            }
        }
        return "SV_INLINE sv_f32 " + name + "(" + (arity == 0 ? "void" : parameters) + ") {\n" + unused
                + code.statements + "    return " + result + ";\n}\n";
    }

    /** Whether the expression needs {@code half.h}. */
    static boolean rounds(Expr expr) {
        return switch (expr) {
            case Expr.Input _, Expr.Const _ -> false;
            case Expr.Unary(Expr.UnaryOp op, Expr x) ->
                op == Expr.UnaryOp.TO_HALF || op == Expr.UnaryOp.TO_BFLOAT || rounds(x);
            case Expr.Binary(Expr.BinaryOp _, Expr a, Expr b) -> rounds(a) || rounds(b);
            case Expr.Select(Expr c, Expr a, Expr b) -> rounds(c) || rounds(a) || rounds(b);
            case Expr.Quantize q -> rounds(q.x());
            case Expr.Requantize r -> rounds(r.x());
            case Expr.Dequantize d -> rounds(d.x());
        };
    }

    /** Whether the expression needs {@code math.h}. */
    static boolean usesMath(Expr expr) {
        return switch (expr) {
            case Expr.Input i -> false;
            case Expr.Const c -> false;
            case Expr.Unary(Expr.UnaryOp op, Expr x) ->
                switch (op) {
                    case NEG, ABS, SQRT, RECIPROCAL, NOT, TO_FLOAT, TO_HALF, TO_BFLOAT, BIT_NOT -> usesMath(x);
                    case EXP, LOG, TANH, SIGMOID, ERF, FLOOR, CEIL, ROUND, SIGN, SIN, COS -> true;
                };
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> op == Expr.BinaryOp.POW || usesMath(a) || usesMath(b);
            case Expr.Select(Expr c, Expr a, Expr b) -> usesMath(c) || usesMath(a) || usesMath(b);
            case Expr.Quantize q -> usesMath(q.x());
            case Expr.Requantize r -> usesMath(r.x());
            case Expr.Dequantize d -> usesMath(d.x());
        };
    }

    static boolean uses(Expr expr, int input) {
        return switch (expr) {
            case Expr.Input(int index) -> index == input;
            case Expr.Const c -> false;
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> uses(x, input);
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> uses(a, input) || uses(b, input);
            case Expr.Select(Expr c, Expr a, Expr b) -> uses(c, input) || uses(a, input) || uses(b, input);
            case Expr.Quantize q -> uses(q.x(), input);
            case Expr.Requantize r -> uses(r.x(), input);
            case Expr.Dequantize d -> uses(d.x(), input);
        };
    }

    private String value(Expr expr) {
        String known = names.get(expr);
        if (known != null) {
            return known;
        }
        String text = switch (expr) {
            case Expr.Input(int index) -> "x" + index;
            case Expr.Const(double value) -> "sv_splat(" + CTypes.literal((float) value) + ")";
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> unary(op, value(x));
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> binary(op, a, b);
            case Expr.Select(Expr c, Expr a, Expr b) ->
                "sv_select(" + value(c) + " != 0, " + value(a) + ", " + value(b) + ")";
            case Expr.Quantize(Expr x, float scale, int zero, int lo, int hi) ->
                rounded(value(x) + " / sv_splat(" + CTypes.literal(scale) + ")", zero, lo, hi);
            case Expr.Requantize(Expr x, int zero, int lo, int hi) -> rounded(value(x), zero, lo, hi);
            case Expr.Dequantize(Expr x, float scale, int zero) ->
                (zero == 0 ? value(x) : "(" + value(x) + " - sv_splat(" + zero + "))") + " * sv_splat("
                        + CTypes.literal(scale) + ")";
        };
        if (expr instanceof Expr.Input || expr instanceof Expr.Const) {
            names.put(expr, text);
            return text;
        }
        String name = "v" + names.size();
        statements
                .append("    const sv_f32 ")
                .append(name)
                .append(" = ")
                .append(text)
                .append(";\n");
        names.put(expr, name);
        return name;
    }

    private static String rounded(String steps, int zero, int lo, int hi) {
        return "sv_round_between(" + steps + ", " + (lo - zero) + ", " + (hi - zero) + ")"
                + (zero == 0 ? "" : " + sv_splat(" + zero + ")");
    }

    private static String unary(Expr.UnaryOp op, String x) {
        return switch (op) {
            case NEG -> "-" + x;
            case ABS -> "sv_abs(" + x + ")";
            case SQRT -> "sv_sqrt(" + x + ")";
            case RECIPROCAL -> "1 / " + x;
            case EXP -> "sv_exp(" + x + ")";
            case LOG -> "sv_log(" + x + ")";
            case TANH -> "sv_tanh(" + x + ")";
            case SIGMOID -> "sv_sigmoid(" + x + ")";
            case ERF -> "sv_erf(" + x + ")";
            case FLOOR -> "sv_floor(" + x + ")";
            case CEIL -> "sv_ceil(" + x + ")";
            case ROUND -> "sv_round(" + x + ")";
            case SIGN -> "sv_sign(" + x + ")";
            case SIN -> "sv_sin(" + x + ")";
            case COS -> "sv_cos(" + x + ")";
            case NOT -> "sv_truth(" + x + " == 0)";
            case TO_FLOAT -> x;
            case TO_HALF -> "sv_to_half(" + x + ")";
            case TO_BFLOAT -> "sv_to_bfloat(" + x + ")";
            case BIT_NOT -> throw new IllegalStateException(op + " of floats");
        };
    }

    private String binary(Expr.BinaryOp op, Expr left, Expr right) {
        String a = value(left);
        if (op == Expr.BinaryOp.POW && right instanceof Expr.Const(double exponent)) {
            if (exponent == 2) {
                return a + " * " + a;
            }
            if (exponent == 3) {
                return a + " * " + a + " * " + a;
            }
            if (exponent == 0.5) {
                return "sv_sqrt(" + a + ")";
            }
        }
        String b = value(right);
        return switch (op) {
            case ADD -> a + " + " + b;
            case SUB -> a + " - " + b;
            case MUL -> a + " * " + b;
            case DIV -> a + " / " + b;
            case MIN -> "sv_min(" + a + ", " + b + ")";
            case MAX -> "sv_max(" + a + ", " + b + ")";
            case POW -> "sv_pow(" + a + ", " + b + ")";
            case EQUAL -> "sv_truth(" + a + " == " + b + ")";
            case LESS -> "sv_truth(" + a + " < " + b + ")";
            case LESS_EQUAL -> "sv_truth(" + a + " <= " + b + ")";
            case GREATER -> "sv_truth(" + a + " > " + b + ")";
            case GREATER_EQUAL -> "sv_truth(" + a + " >= " + b + ")";
            case AND -> "sv_truth((" + a + " != 0) & (" + b + " != 0))";
            case OR -> "sv_truth((" + a + " != 0) | (" + b + " != 0))";
            case XOR -> "sv_truth((" + a + " != 0) ^ (" + b + " != 0))";
            case MOD, REM, BIT_AND, BIT_OR, BIT_XOR, SHIFT_LEFT, SHIFT_RIGHT ->
                throw new IllegalStateException(op + " of floats");
        };
    }
}
