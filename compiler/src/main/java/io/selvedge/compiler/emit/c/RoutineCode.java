package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** One call of a hand-written function; pointers go untyped, the function's parameters give them their types. */
final class RoutineCode {
    private RoutineCode() {}

    static void write(StepCode code, Kernel.Routine routine) {
        code.include(routine.header() + ".h");
        code.returnsStatus();
        List<String> arguments = new ArrayList<>();
        for (Kernel.Operand input : routine.inputs()) {
            arguments.add(
                    input.weight()
                            ? code.weight(input.buffer(), "void", input.byteOffset())
                            : "(const void *)(" + code.bytes(input.buffer(), input.byteOffset(), 1, false) + ")");
        }
        arguments.add(
                routine.strided()
                        ? "(void *)(" + code.bytes(routine.y(), 0, 1, true) + ")"
                        : written(code, routine.y()));
        routine.scratch().ifPresent(scratch -> arguments.add(written(code, scratch)));
        routine.constants().forEach(constant -> arguments.add(literal(constant)));
        code.line("return %s(%s);", routine.function(), String.join(", ", arguments));
    }

    private static String written(StepCode code, int id) {
        Buffer buffer = code.buffer(id);
        boolean gaps = buffer.bytes() - buffer.slackBytes()
                != buffer.shape().elements() * buffer.dtype().bytes();
        boolean interleaved = buffer.layout() instanceof Layout.ChannelsLast layout
                && layout.channelPitch() > 1
                && buffer.h() * buffer.w() > 1;
        if (gaps || interleaved) {
            throw new IllegalStateException("routines write dense row-major buffers; " + buffer.name() + " is not");
        }
        return "(void *)(" + code.bytes(id, 0, 1, true) + ")";
    }

    private static String literal(Kernel.Constant constant) {
        return switch (constant) {
            case Kernel.Constant.Whole(long value) -> Long.toString(value);
            case Kernel.Constant.Real(float value) -> CTypes.literal(value);
            case Kernel.Constant.Wholes(List<Long> values) ->
                // C has no empty arrays; nothing reads the one element.
                "(const long[]){"
                        + (values.isEmpty()
                                ? "0"
                                : values.stream().map(String::valueOf).collect(Collectors.joining(", ")))
                        + "}";
        };
    }
}
