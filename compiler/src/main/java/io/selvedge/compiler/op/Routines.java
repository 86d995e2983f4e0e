package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Lowering to {@link Kernel.Routine}: dense operands, a dense output, sizes as constants. */
final class Routines {
    private Routines() {}

    /** {@code output = function(inputs, constants)}; every input is one that the node has. */
    static void call(
            ProgramBuilder builder,
            String output,
            String header,
            String function,
            List<String> inputs,
            Object... constants) {
        callOn(
                builder,
                output,
                header,
                function,
                inputs.stream().map(input -> operand(builder, input)).toList(),
                constants);
    }

    /** The same on operands that are not all values of the graph. */
    static void callOn(
            ProgramBuilder builder,
            String output,
            String header,
            String function,
            List<Kernel.Operand> operands,
            Object... constants) {
        DenseOperands.output(
                builder,
                output,
                y -> emit(builder, header, function, operands, y.buffer(), OptionalInt.empty(), constants));
    }

    /** A value as a routine reads it. */
    static Kernel.Operand operand(ProgramBuilder builder, String value) {
        return operand(builder.dense(value), builder.graph().type(value).dtype());
    }

    /** A dense view of a dtype as a routine reads it. */
    static Kernel.Operand operand(View dense, DType dtype) {
        return new Kernel.Operand(dense.buffer(), dense.weight(), (long) dense.offset() * dtype.bytes());
    }

    /** Numbers that are known here, as int64. */
    static Kernel.Operand longs(ProgramBuilder builder, String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return new Kernel.Operand(builder.weight(name, bytes.array()), true, 0);
    }

    /** Numbers that are known here, as float. */
    static Kernel.Operand floats(ProgramBuilder builder, String name, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Kernel.Operand(builder.weight(name, bytes.array()), true, 0);
    }

    /** What a byte of a zero of this dtype holds. */
    static int zeroByte(DType dtype) {
        return ProgramBuilder.zeroPoint(dtype, 0);
    }

    /** Emits the call; constants are as {@link #constant} takes them, y and scratch are whole dense buffers. */
    static void emit(
            ProgramBuilder builder,
            String header,
            String function,
            List<Kernel.Operand> inputs,
            int y,
            OptionalInt scratch,
            Object... constants) {
        builder.emit(new Kernel.Routine(header, function, inputs, y, false, scratch, list(constants)), 0);
    }

    /** As {@link #emit} for a function that is told y's place and strides, without scratch. */
    static void emitStrided(
            ProgramBuilder builder,
            String header,
            String function,
            List<Kernel.Operand> inputs,
            int y,
            Object... constants) {
        builder.emit(new Kernel.Routine(header, function, inputs, y, true, OptionalInt.empty(), list(constants)), 0);
    }

    private static List<Kernel.Constant> list(Object... constants) {
        return Arrays.stream(constants).map(Routines::constant).toList();
    }

    /** An int, long, boolean, float, dtype, choice of an enum, or the extents or strides of axes. */
    @SuppressWarnings("EnumOrdinal") // The C headers number the choices in the order in which the enum lists them.
    private static Kernel.Constant constant(Object value) {
        return switch (value) {
            case Integer whole -> new Kernel.Constant.Whole(whole);
            case Long whole -> new Kernel.Constant.Whole(whole);
            case Boolean flag -> new Kernel.Constant.Whole(flag ? 1 : 0);
            case Float real -> new Kernel.Constant.Real(real);
            case DType dtype -> new Kernel.Constant.Whole(number(dtype).onnxCode());
            case Enum<?> choice -> new Kernel.Constant.Whole(choice.ordinal());
            case int[] wholes ->
                new Kernel.Constant.Wholes(
                        Arrays.stream(wholes).asLongStream().boxed().toList());
            default -> throw new IllegalArgumentException("no constant of a routine: " + value);
        };
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE for what numbers.h does not read */
    private static DType number(DType dtype) {
        if (dtype == DType.STRING || dtype.isFourBits() || dtype.float8().isPresent()) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE, "native routines do not read elements of " + dtype.text());
        }
        return dtype;
    }
}
