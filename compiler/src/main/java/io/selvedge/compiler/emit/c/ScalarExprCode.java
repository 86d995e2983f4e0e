package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Writes an expression as a C function on scalars of 64 bits, one statement per operation; equal parts are computed once. */
final class ScalarExprCode {
    private final Compute compute;
    private final String type;
    private final String suffix;
    private final Runnable half;
    private final Map<Expr, String> names = new HashMap<>();
    private final StringBuilder statements = new StringBuilder();

    private ScalarExprCode(Compute compute, Runnable half) {
        this.compute = compute;
        this.type = CTypes.of(compute.dtype());
        this.suffix = "_" + compute.name().toLowerCase(Locale.ROOT) + "(";
        this.half = half;
    }

    /**
     * {@code double name(double x0, ...)} of {@code arity} operands.
     *
     * @param half called when the function needs {@code half.h}
     */
    static String function(String name, int arity, Expr expr, Compute compute, Runnable half) {
        ScalarExprCode code = new ScalarExprCode(compute, half);
        String result = code.value(expr);
        StringBuilder parameters = new StringBuilder();
        StringBuilder unused = new StringBuilder();
        for (int i = 0; i < arity; i++) {
            parameters
                    .append(i == 0 ? "const " : ", const ")
                    .append(code.type)
                    .append(" x")
                    .append(i);
            if (!ExprCode.uses(expr, i)) {
                unused.append("    (void)x").append(i).append(";\n");
            }
        }
        return "SV_INLINE " + code.type + " " + name + "(" + (arity == 0 ? "void" : parameters) + ") {\n" + unused
                + code.statements + "    return " + result + ";\n}\n";
    }

    private String value(Expr expr) {
        String known = names.get(expr);
        if (known != null) {
            return known;
        }
        String text = switch (expr) {
            case Expr.Input(int index) -> "x" + index;
            case Expr.Const(double value) -> literal(value);
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> unary(op, value(x));
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> binary(op, value(a), value(b));
            case Expr.Select(Expr c, Expr a, Expr b) -> value(c) + " != 0 ? " + value(a) + " : " + value(b);
            case Expr.Quantize _, Expr.Requantize _, Expr.Dequantize _ ->
                throw new IllegalStateException("8-bit steps are computed in f32");
        };
        if (expr instanceof Expr.Input || expr instanceof Expr.Const) {
            names.put(expr, text);
            return text;
        }
        String name = "v" + names.size();
        statements
                .append("    const ")
                .append(type)
                .append(' ')
                .append(name)
                .append(" = ")
                .append(text)
                .append(";\n");
        names.put(expr, name);
        return name;
    }

    private String literal(double value) {
        if (compute == Compute.F64) {
            return value < 0 ? "(" + CTypes.literal(value) + ")" : CTypes.literal(value);
        }
        if (value != Math.rint(value)) {
            throw new IllegalStateException(value + " in an expression of integers");
        }
        return (long) value == Long.MIN_VALUE
                ? "(-9223372036854775807LL - 1)"
                : "((" + type + ")" + (long) value + "LL)";
    }

    private String unary(Expr.UnaryOp op, String x) {
        boolean real = compute == Compute.F64;
        return switch (op) {
            case NEG -> real ? "-" + x : wrapped("0", "-", x);
            case ABS -> real ? call("sv_abs", x) : x + " < 0 ? " + wrapped("0", "-", x) + " : " + x;
            case SIGN -> real ? call("sv_sign", x) : "(" + x + " > 0) - (" + x + " < 0)";
            case NOT -> x + " == 0";
            case RECIPROCAL -> "1 / " + x;
            case SQRT, EXP, LOG, TANH, SIGMOID, ERF, FLOOR, CEIL, ROUND, SIN, COS ->
                call("sv_" + op.name().toLowerCase(Locale.ROOT), x);
            case TO_FLOAT -> "(float)" + x;
            case TO_HALF -> {
                half.run();
                yield "sv_float_of_f16(sv_f16_of_float((float)" + x + "))";
            }
            case TO_BFLOAT -> {
                half.run();
                yield "sv_float_of_bf16(sv_bf16_of_float((float)" + x + "))";
            }
            case BIT_NOT -> "~" + x;
        };
    }

    private String binary(Expr.BinaryOp op, String a, String b) {
        boolean real = compute == Compute.F64;
        return switch (op) {
            case ADD -> wrapped(a, "+", b);
            case SUB -> wrapped(a, "-", b);
            case MUL -> wrapped(a, "*", b);
            case DIV -> real ? a + " / " + b : call("sv_div", a, b);
            case MIN -> real ? call("sv_min", a, b) : a + " < " + b + " ? " + a + " : " + b;
            case MAX -> real ? call("sv_max", a, b) : a + " > " + b + " ? " + a + " : " + b;
            case POW -> call("sv_pow", a, b);
            case EQUAL -> a + " == " + b;
            case LESS -> a + " < " + b;
            case LESS_EQUAL -> a + " <= " + b;
            case GREATER -> a + " > " + b;
            case GREATER_EQUAL -> a + " >= " + b;
            case AND -> "(" + a + " != 0) & (" + b + " != 0)";
            case OR -> "(" + a + " != 0) | (" + b + " != 0)";
            case XOR -> "(" + a + " != 0) ^ (" + b + " != 0)";
            case MOD -> call("sv_mod", a, b);
            case REM -> compute == Compute.U64 ? call("sv_mod", a, b) : call("sv_rem", a, b);
            case BIT_AND -> a + " & " + b;
            case BIT_OR -> a + " | " + b;
            case BIT_XOR -> a + " ^ " + b;
            case SHIFT_LEFT -> shifted("sv_shl_u64(", a, b);
            case SHIFT_RIGHT -> shifted("sv_shr_u64(", a, b);
        };
    }

    /** Signed sums that overflow are undefined in C. */
    private String wrapped(String a, String operator, String b) {
        return compute == Compute.S64
                ? "(long long)((unsigned long long)" + a + " " + operator + " (unsigned long long)" + b + ")"
                : a + " " + operator + " " + b;
    }

    private String shifted(String function, String a, String b) {
        return compute == Compute.S64
                ? "(long long)" + function + "(unsigned long long)" + a + ", (unsigned long long)" + b + ")"
                : function + a + ", " + b + ")";
    }

    private String call(String function, String... arguments) {
        return function + suffix + String.join(", ", arguments) + ")";
    }
}
