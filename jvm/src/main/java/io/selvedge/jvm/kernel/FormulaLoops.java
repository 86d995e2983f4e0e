package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Expression;
import io.selvedge.jvm.program.Expression.BinaryOperation;
import io.selvedge.jvm.program.Expression.UnaryOperation;

/** One operation on many numbers. Every loop is a method of its own: small, and soon compiled to vectors. */
final class FormulaLoops {
    private static final float ROUNDER = 0x1.8p23f;

    private FormulaLoops() {}

    static void unary(UnaryOperation operation, float[] x, float[] y, int n) {
        switch (operation) {
            case NEG -> negate(x, y, n);
            case ABS -> absolute(x, y, n);
            case SQRT -> root(x, y, n);
            case RECIPROCAL -> reciprocal(x, y, n);
            case EXP -> exp(x, y, n);
            case SIGMOID -> sigmoid(x, y, n);
            case TANH -> tanh(x, y, n);
            case ERF -> erf(x, y, n);
            default -> {
                for (int i = 0; i < n; i++) {
                    y[i] = unary(operation, x[i]);
                }
            }
        }
    }

    private static void negate(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = -x[i];
        }
    }

    private static void absolute(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Math.abs(x[i]);
        }
    }

    private static void root(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = (float) Math.sqrt(x[i]);
        }
    }

    private static void reciprocal(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = 1 / x[i];
        }
    }

    private static void exp(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Functions.exp(x[i]);
        }
    }

    private static void sigmoid(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Functions.sigmoid(x[i]);
        }
    }

    private static void tanh(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Functions.tanh(x[i]);
        }
    }

    private static void erf(float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Functions.erf(x[i]);
        }
    }

    private static float unary(UnaryOperation operation, float x) {
        return switch (operation) {
            case LOG -> Functions.log(x);
            case FLOOR -> (float) Math.floor(x);
            case CEIL -> (float) Math.ceil(x);
            case ROUND -> Functions.round(x);
            case SIGN -> Math.signum(x);
            case SIN -> (float) Math.sin(x);
            case COS -> (float) Math.cos(x);
            case NOT -> x == 0 ? 1 : 0;
            case TO_FLOAT -> x;
            case TO_HALF -> Halves.ofHalf(Halves.toHalf(x));
            case TO_BFLOAT -> Halves.ofBfloat(Halves.toBfloat(x));
            default -> throw new IllegalStateException(operation + " of floats");
        };
    }

    static void binary(BinaryOperation operation, float[] a, float[] b, float[] y, int n) {
        switch (operation) {
            case ADD -> add(a, b, y, n);
            case SUB -> subtract(a, b, y, n);
            case MUL -> multiply(a, b, y, n);
            case DIV -> divide(a, b, y, n);
            case MIN -> smaller(a, b, y, n);
            case MAX -> larger(a, b, y, n);
            default -> {
                for (int i = 0; i < n; i++) {
                    y[i] = binary(operation, a[i], b[i]);
                }
            }
        }
    }

    private static void add(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = a[i] + b[i];
        }
    }

    private static void subtract(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = a[i] - b[i];
        }
    }

    private static void multiply(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = a[i] * b[i];
        }
    }

    private static void divide(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = a[i] / b[i];
        }
    }

    private static void smaller(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Math.min(a[i], b[i]);
        }
    }

    private static void larger(float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = Math.max(a[i], b[i]);
        }
    }

    private static float binary(BinaryOperation operation, float a, float b) {
        return switch (operation) {
            case POW -> (float) Math.pow(a, b);
            case EQUAL -> a == b ? 1 : 0;
            case LESS -> a < b ? 1 : 0;
            case LESS_EQUAL -> a <= b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
            case GREATER_EQUAL -> a >= b ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case OR -> a != 0 || b != 0 ? 1 : 0;
            case XOR -> (a != 0) != (b != 0) ? 1 : 0;
            case REM -> a % b;
            default -> throw new IllegalStateException(operation + " of floats");
        };
    }

    /** The second or third power. */
    static void power(int exponent, float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            float square = x[i] * x[i];
            y[i] = exponent == 2 ? square : square * x[i];
        }
    }

    static void select(float[] condition, float[] a, float[] b, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = condition[i] != 0 ? a[i] : b[i];
        }
    }

    static void quantize(Expression.Quantize q, float[] x, float[] y, int n) {
        float low = q.low() - q.zero();
        float high = q.high() - q.zero();
        if (q.divide()) {
            for (int i = 0; i < n; i++) {
                y[i] = rounded(x[i] / q.scale(), low, high) + q.zero();
            }
        } else {
            for (int i = 0; i < n; i++) {
                y[i] = rounded(x[i], low, high) + q.zero();
            }
        }
    }

    /** Clamped, then half to even; NaN gives the lowest. */
    static float rounded(float steps, float low, float high) {
        float above = steps > low ? steps : low;
        return (above < high ? above : high) + ROUNDER - ROUNDER;
    }

    static void dequantize(float scale, int zero, float[] x, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = (x[i] - zero) * scale;
        }
    }
}
