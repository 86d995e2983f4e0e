package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Expression.BinaryOperation;
import io.selvedge.jvm.program.Expression.UnaryOperation;

/** Operations on whole numbers of 64 bits: they wrap, division by 0 gives 0, shifting by 64 or more gives 0. */
final class LongOperations {
    private LongOperations() {}

    static long unary(UnaryOperation operation, long x, boolean unsigned) {
        return switch (operation) {
            case NEG -> -x;
            case ABS -> unsigned ? x : Math.abs(x);
            case SIGN -> unsigned ? (x == 0 ? 0 : 1) : Long.signum(x);
            case NOT -> x == 0 ? 1 : 0;
            case BIT_NOT -> ~x;
            default -> throw new IllegalStateException(operation + " of whole numbers");
        };
    }

    static long binary(BinaryOperation operation, long a, long b, boolean unsigned) {
        return switch (operation) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : unsigned ? Long.divideUnsigned(a, b) : a / b;
            case MIN -> compare(a, b, unsigned) < 0 ? a : b;
            case MAX -> compare(a, b, unsigned) > 0 ? a : b;
            case POW -> b >= 0 || unsigned ? power(a, b) : negativePower(a, b);
            case EQUAL -> a == b ? 1 : 0;
            case LESS -> compare(a, b, unsigned) < 0 ? 1 : 0;
            case LESS_EQUAL -> compare(a, b, unsigned) <= 0 ? 1 : 0;
            case GREATER -> compare(a, b, unsigned) > 0 ? 1 : 0;
            case GREATER_EQUAL -> compare(a, b, unsigned) >= 0 ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case OR -> a != 0 || b != 0 ? 1 : 0;
            case XOR -> (a != 0) != (b != 0) ? 1 : 0;
            case MOD -> b == 0 ? 0 : unsigned ? Long.remainderUnsigned(a, b) : Math.floorMod(a, b);
            case REM -> b == 0 ? 0 : unsigned ? Long.remainderUnsigned(a, b) : a % b;
            case BIT_AND -> a & b;
            case BIT_OR -> a | b;
            case BIT_XOR -> a ^ b;
            case SHIFT_LEFT -> b >>> 6 == 0 ? a << b : 0;
            case SHIFT_RIGHT -> b >>> 6 == 0 ? a >>> b : 0;
        };
    }

    private static int compare(long a, long b, boolean unsigned) {
        return unsigned ? Long.compareUnsigned(a, b) : Long.compare(a, b);
    }

    private static long power(long base, long exponent) {
        long power = 1;
        long square = base;
        for (long rest = exponent; rest != 0; rest >>>= 1) {
            power *= (rest & 1) != 0 ? square : 1;
            square *= square;
        }
        return power;
    }

    /** A negative power of other than 0, 1 and -1 is below 1, and so 0. */
    private static long negativePower(long a, long b) {
        if (a == 0) {
            return Long.MAX_VALUE;
        }
        return a == 1 || (a == -1 && b % 2 == 0) ? 1 : a == -1 ? -1 : 0;
    }
}
