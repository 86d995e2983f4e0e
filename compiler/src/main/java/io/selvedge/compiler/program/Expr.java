package io.selvedge.compiler.program;

/** An element-wise expression, computed in the {@link Compute} of its kernel. Operands are converted when loaded, results when stored. */
public sealed interface Expr {
    /** Operand number {@code index}; in the epilogue of a convolution 0 is the accumulator and 1 the residual. */
    record Input(int index) implements Expr {}

    /** A number, rounded to f32 where that is what is computed in; integers up to 2^53. */
    record Const(double value) implements Expr {}

    record Unary(UnaryOp op, Expr x) implements Expr {}

    record Binary(BinaryOp op, Expr a, Expr b) implements Expr {}

    /** {@code condition != 0 ? a : b}. */
    record Select(Expr condition, Expr a, Expr b) implements Expr {}

    /** {@code clamp(round_half_even(x / scale), lo - zeroPoint, hi - zeroPoint) + zeroPoint}, an 8-bit integer as f32; divides as ONNX says. */
    record Quantize(Expr x, float scale, int zeroPoint, int lo, int hi) implements Expr {}

    /** {@code clamp(round_half_even(x), lo - zeroPoint, hi - zeroPoint) + zeroPoint}: x is already in steps of the output. */
    record Requantize(Expr x, int zeroPoint, int lo, int hi) implements Expr {}

    /** {@code (x - zeroPoint) * scale}, the difference exact in f32. */
    record Dequantize(Expr x, float scale, int zeroPoint) implements Expr {}

    /** Functions of one value. ROUND is half to even. */
    enum UnaryOp {
        NEG,
        ABS,
        SQRT,
        RECIPROCAL,
        EXP,
        LOG,
        TANH,
        SIGMOID,
        ERF,
        FLOOR,
        CEIL,
        ROUND,
        SIGN,
        SIN,
        COS,
        NOT,
        /** To the nearest f32 (of an f64), f16 and bfloat16, ties to even. */
        TO_FLOAT,
        TO_HALF,
        TO_BFLOAT,
        /** Of integers. */
        BIT_NOT;

        /** Whether f32 vectors have it. */
        public boolean isReal() {
            return this != BIT_NOT;
        }

        /** Whether integers have it. */
        public boolean isOfIntegers() {
            return switch (this) {
                case NEG, ABS, SIGN, NOT, BIT_NOT -> true;
                case SQRT,
                        RECIPROCAL,
                        EXP,
                        LOG,
                        TANH,
                        SIGMOID,
                        ERF,
                        FLOOR,
                        CEIL,
                        ROUND,
                        SIN,
                        COS,
                        TO_FLOAT,
                        TO_HALF,
                        TO_BFLOAT -> false;
            };
        }
    }

    /** Functions of two values; comparisons give 0 or 1. */
    enum BinaryOp {
        ADD,
        SUB,
        MUL,
        DIV,
        MIN,
        MAX,
        POW,
        EQUAL,
        LESS,
        LESS_EQUAL,
        GREATER,
        GREATER_EQUAL,
        AND,
        OR,
        XOR,
        /** Remainder with the divisor's sign, 0 where an integer is divided by 0. */
        MOD,
        /** Remainder with the dividend's sign. */
        REM,
        BIT_AND,
        BIT_OR,
        BIT_XOR,
        /** Of integers; by 64 or more gives 0. The right shift moves zeros in. */
        SHIFT_LEFT,
        SHIFT_RIGHT;

        /** Whether f32 vectors have it. */
        public boolean isReal() {
            return compareTo(MOD) < 0;
        }
    }

    /** Whether 64-bit integers have all of it: no fractions and no functions of real numbers. */
    default boolean isOfIntegers() {
        return switch (this) {
            case Input _ -> true;
            case Const(double value) -> value == Math.rint(value);
            case Unary(UnaryOp op, Expr x) -> op.isOfIntegers() && x.isOfIntegers();
            case Binary(BinaryOp _, Expr a, Expr b) -> a.isOfIntegers() && b.isOfIntegers();
            case Select(Expr condition, Expr a, Expr b) ->
                condition.isOfIntegers() && a.isOfIntegers() && b.isOfIntegers();
            case Quantize _, Requantize _, Dequantize _ -> false;
        };
    }

    static Expr clamp(Expr x, float lo, float hi) {
        Expr result = x;
        if (lo > Float.NEGATIVE_INFINITY) {
            result = new Binary(BinaryOp.MAX, result, new Const(lo));
        }
        if (hi < Float.POSITIVE_INFINITY) {
            result = new Binary(BinaryOp.MIN, result, new Const(hi));
        }
        return result;
    }
}
