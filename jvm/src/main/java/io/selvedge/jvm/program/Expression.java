package io.selvedge.jvm.program;

/** An element-wise expression over operands; the operations are those of {@code docs/program-format.md}. */
public sealed interface Expression {
    /** Operand number {@code index}; in an epilogue 0 is the accumulator and 1 the residual. */
    record Input(int index) implements Expression {}

    record Constant(double value) implements Expression {}

    record Unary(UnaryOperation operation, Expression x) implements Expression {}

    record Binary(BinaryOperation operation, Expression a, Expression b) implements Expression {}

    /** {@code condition != 0 ? a : b}. */
    record Select(Expression condition, Expression a, Expression b) implements Expression {}

    /** {@code clamp(round(divide ? x / scale : x), low - zero, high - zero) + zero}, halves to even; NaN gives low. */
    record Quantize(Expression x, boolean divide, float scale, int zero, int low, int high) implements Expression {}

    /** {@code (x - zero) * scale}. */
    record Dequantize(Expression x, float scale, int zero) implements Expression {}

    /** In the order of their numbers in the file. */
    enum UnaryOperation {
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
        TO_FLOAT,
        TO_HALF,
        TO_BFLOAT,
        BIT_NOT
    }

    /** In the order of their numbers in the file. */
    enum BinaryOperation {
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
        MOD,
        REM,
        BIT_AND,
        BIT_OR,
        BIT_XOR,
        SHIFT_LEFT,
        SHIFT_RIGHT
    }
}
