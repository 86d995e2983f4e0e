package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Lowering to {@link Kernel.Routine}: dense operands, a dense output, sizes as numbers. */
final class Routines {
    private Routines() {}

    /** {@code output = function(inputs, numbers)}; every input is one that the node has. */
    static void call(
            ProgramBuilder builder,
            String output,
            String header,
            String function,
            List<String> inputs,
            Number... numbers) {
        List<Kernel.Operand> operands =
                inputs.stream().map(input -> operand(builder, input)).toList();
        DenseOperands.output(
                builder,
                output,
                y -> emit(builder, header, function, operands, y.buffer(), OptionalInt.empty(), numbers));
    }

    /** A value as a routine reads it. */
    static Kernel.Operand operand(ProgramBuilder builder, String value) {
        return operand(builder.dense(value), builder.graph().type(value).dtype());
    }

    /** A dense view of a dtype as a routine reads it. */
    static Kernel.Operand operand(View dense, DType dtype) {
        return new Kernel.Operand(dense.buffer(), dense.weight(), (long) dense.offset() * dtype.bytes());
    }

    /** Emits the call; y and scratch are whole dense buffers. */
    static void emit(
            ProgramBuilder builder,
            String header,
            String function,
            List<Kernel.Operand> inputs,
            int y,
            OptionalInt scratch,
            Number... numbers) {
        builder.emit(new Kernel.Routine(header, function, inputs, y, false, scratch, wide(numbers)), 0);
    }

    /** As {@link #emit} for a function that is told y's place and strides, without scratch. */
    static void emitStrided(
            ProgramBuilder builder,
            String header,
            String function,
            List<Kernel.Operand> inputs,
            int y,
            Number... numbers) {
        builder.emit(new Kernel.Routine(header, function, inputs, y, true, OptionalInt.empty(), wide(numbers)), 0);
    }

    private static List<Number> wide(Number... numbers) {
        return Arrays.stream(numbers)
                .map(number -> number instanceof Integer whole ? (Number) whole.longValue() : number)
                .toList();
    }
}
