package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Expression.BinaryOperation;
import io.selvedge.jvm.program.Expression.UnaryOperation;

/** Operations on doubles. */
final class DoubleOperations {
    private DoubleOperations() {}

    static double unary(UnaryOperation operation, double x) {
        return switch (operation) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SQRT -> Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case ERF -> Functions.erf(x);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case SIGN -> Math.signum(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case NOT -> x == 0 ? 1 : 0;
            case TO_FLOAT -> (float) x;
            case TO_HALF -> Halves.ofHalf(Halves.toHalf((float) x));
            case TO_BFLOAT -> Halves.ofBfloat(Halves.toBfloat((float) x));
            case BIT_NOT -> throw new IllegalStateException(operation + " of doubles");
        };
    }

    static double binary(BinaryOperation operation, double a, double b) {
        return switch (operation) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case POW -> Math.pow(a, b);
            case EQUAL -> a == b ? 1 : 0;
            case LESS -> a < b ? 1 : 0;
            case LESS_EQUAL -> a <= b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
            case GREATER_EQUAL -> a >= b ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case OR -> a != 0 || b != 0 ? 1 : 0;
            case XOR -> (a != 0) != (b != 0) ? 1 : 0;
            case REM -> a % b;
            case MOD -> {
                double rest = a % b;
                yield rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
            }
            case BIT_AND, BIT_OR, BIT_XOR, SHIFT_LEFT, SHIFT_RIGHT ->
                throw new IllegalStateException(operation + " of doubles");
        };
    }
}
