package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Expression;
import io.selvedge.jvm.program.Expression.BinaryOperation;
import io.selvedge.jvm.program.Expression.UnaryOperation;
import io.selvedge.jvm.program.Kernel.Compute;

/** An expression on one number of 64 bits at a time; doubles travel as their bits. Whole numbers wrap, division by 0 gives 0. */
interface WideFormula {
    long value(long[] operands);

    static WideFormula of(Expression expression, Compute compute) {
        boolean real = compute == Compute.F64;
        if (expression instanceof Expression.Input input) {
            int index = input.index();
            return operands -> operands[index];
        }
        if (expression instanceof Expression.Constant constant) {
            long bits = real ? Double.doubleToRawLongBits(constant.value()) : (long) constant.value();
            return operands -> bits;
        }
        if (expression instanceof Expression.Unary unary) {
            WideFormula x = of(unary.x(), compute);
            UnaryOperation op = unary.operation();
            return real
                    ? operands -> bits(DoubleOperations.unary(op, real(x.value(operands))))
                    : operands -> LongOperations.unary(op, x.value(operands), compute == Compute.U64);
        }
        if (expression instanceof Expression.Binary binary) {
            WideFormula a = of(binary.a(), compute);
            WideFormula b = of(binary.b(), compute);
            BinaryOperation op = binary.operation();
            return real
                    ? operands -> bits(DoubleOperations.binary(op, real(a.value(operands)), real(b.value(operands))))
                    : operands ->
                            LongOperations.binary(op, a.value(operands), b.value(operands), compute == Compute.U64);
        }
        if (expression instanceof Expression.Select select) {
            WideFormula condition = of(select.condition(), compute);
            WideFormula a = of(select.a(), compute);
            WideFormula b = of(select.b(), compute);
            return operands -> {
                long truth = condition.value(operands);
                return (real ? real(truth) != 0 : truth != 0) ? a.value(operands) : b.value(operands);
            };
        }
        throw new IllegalStateException("8-bit steps are computed in f32");
    }

    private static double real(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }
}
