package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Expression;
import io.selvedge.jvm.program.Expression.BinaryOperation;
import io.selvedge.jvm.program.Expression.UnaryOperation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An f32 expression as a list of operations on registers of {@link #CHUNK} numbers: few small loops, compiled soon, serve every
 * expression. Operands come in the first registers; equal parts are computed once.
 */
final class Formula {
    /** Numbers that go through together; they stay in the first cache. */
    static final int CHUNK = 256;

    private final List<Operation> operations = new ArrayList<>();
    private final List<Literal> literals = new ArrayList<>();
    private final Map<Expression, Integer> known = new HashMap<>();
    private final int result;
    private int registers;

    /** One loop over a chunk. */
    private interface Operation {
        void run(float[][] registers, int count);
    }

    private record Literal(int register, float value) {}

    Formula(Expression expression, int arity) {
        registers = arity;
        result = register(expression, arity);
    }

    /** Registers with the constants in theirs. */
    float[][] registers(Memory.Scratch scratch) {
        float[][] all = scratch.registers(registers);
        for (Literal literal : literals) {
            java.util.Arrays.fill(all[literal.register], literal.value);
        }
        return all;
    }

    /** Computes the first {@code count} numbers; the register that holds them. */
    float[] run(float[][] all, int count) {
        for (int i = 0; i < operations.size(); i++) {
            operations.get(i).run(all, count);
        }
        return all[result];
    }

    /** {@code y = formula(y, residual)} for neighbours; registers are those of {@link #registers}. */
    void inPlace(float[][] all, float[] y, int yAt, float[] residual, int residualAt, int count) {
        for (int done = 0; done < count; done += CHUNK) {
            int part = Math.min(CHUNK, count - done);
            System.arraycopy(y, yAt + done, all[0], 0, part);
            if (residual != null) {
                System.arraycopy(residual, residualAt + done, all[1], 0, part);
            }
            System.arraycopy(run(all, part), 0, y, yAt + done, part);
        }
    }

    private int register(Expression expression, int arity) {
        Integer found = known.get(expression);
        if (found != null) {
            return found;
        }
        int to = compile(expression, arity);
        known.put(expression, to);
        return to;
    }

    private int compile(Expression expression, int arity) {
        if (expression instanceof Expression.Input input) {
            if (input.index() >= arity) {
                throw new IndexOutOfBoundsException("operand " + input.index() + " of " + arity);
            }
            return input.index();
        }
        if (expression instanceof Expression.Constant constant) {
            literals.add(new Literal(registers, (float) constant.value()));
            return registers++;
        }
        Operation operation = operation(expression, arity);
        int to = registers++;
        int position = operations.size();
        operations.add(position, operation);
        return to;
    }

    /** The loop that writes to the next register after those of its operands. */
    private Operation operation(Expression expression, int arity) {
        if (expression instanceof Expression.Unary unary) {
            int x = register(unary.x(), arity);
            int to = registers;
            UnaryOperation op = unary.operation();
            return (all, n) -> FormulaLoops.unary(op, all[x], all[to], n);
        }
        if (expression instanceof Expression.Binary binary) {
            int a = register(binary.a(), arity);
            if (binary.operation() == BinaryOperation.POW && binary.b() instanceof Expression.Constant exponent) {
                int power = (int) exponent.value();
                if (exponent.value() == 0.5) {
                    int to = registers;
                    return (all, n) -> FormulaLoops.unary(UnaryOperation.SQRT, all[a], all[to], n);
                }
                if (power == exponent.value() && (power == 2 || power == 3)) {
                    int to = registers;
                    return (all, n) -> FormulaLoops.power(power, all[a], all[to], n);
                }
            }
            int b = register(binary.b(), arity);
            int to = registers;
            BinaryOperation op = binary.operation();
            return (all, n) -> FormulaLoops.binary(op, all[a], all[b], all[to], n);
        }
        if (expression instanceof Expression.Select select) {
            int condition = register(select.condition(), arity);
            int a = register(select.a(), arity);
            int b = register(select.b(), arity);
            int to = registers;
            return (all, n) -> FormulaLoops.select(all[condition], all[a], all[b], all[to], n);
        }
        if (expression instanceof Expression.Quantize quantize) {
            int x = register(quantize.x(), arity);
            int to = registers;
            return (all, n) -> FormulaLoops.quantize(quantize, all[x], all[to], n);
        }
        if (expression instanceof Expression.Dequantize dequantize) {
            int x = register(dequantize.x(), arity);
            int to = registers;
            return (all, n) -> FormulaLoops.dequantize(dequantize.scale(), dequantize.zero(), all[x], all[to], n);
        }
        throw new IllegalStateException("no formula of " + expression);
    }
}
