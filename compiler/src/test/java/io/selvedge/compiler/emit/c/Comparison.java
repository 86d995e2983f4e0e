package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Native results beside those of the scalar machine. */
final class Comparison {
    private Comparison() {}

    /** Runs the program with random inputs; f32 results agree up to {@code tolerance} relative to 1 or the value, others bit by bit. */
    static void onAllTargets(Assembly a, double tolerance, Path folder) throws IOException {
        Program program = a.build();
        List<byte[]> inputs = inputs(a, program);
        List<byte[]> expected = ScalarMachine.run(program, inputs);
        List<byte[]> inJava = JvmMachine.run(program, inputs);
        for (int i = 0; i < expected.size(); i++) {
            compare(program, i, "the JVM", expected.get(i), inJava.get(i), tolerance);
        }
        boolean eightBit = program.steps().stream()
                .anyMatch(step ->
                        step.kernel() instanceof Kernel.QConv || step.kernel() instanceof Kernel.QDepthwiseConv);
        for (Target target : eightBit ? RunnableTargets.all() : RunnableTargets.forFloats()) {
            List<byte[]> actual = NativeMachine.run(program, inputs, target, folder);
            for (int i = 0; i < expected.size(); i++) {
                compare(program, i, target.name(), expected.get(i), actual.get(i), tolerance);
            }
        }
    }

    /** Random content for every input; numbers between -1 and 1, or any bytes. */
    static List<byte[]> inputs(Assembly a, Program program) {
        List<byte[]> inputs = new ArrayList<>();
        for (int id : program.inputs()) {
            int bytes = (int) program.buffer(id).bytes();
            inputs.add(
                    switch (program.buffer(id).dtype()) {
                        case FLOAT32 -> Assembly.littleEndian(a.floats(bytes / 4));
                        case INT32, INT64 -> a.integers(program.buffer(id).dtype(), bytes);
                        case BOOL -> a.truths(bytes);
                        default -> a.bytes(bytes);
                    });
        }
        return inputs;
    }

    static void compare(Program program, int output, String target, byte[] expected, byte[] actual, double tolerance) {
        String where = "output " + output + " "
                + program.buffer(program.outputs().get(output)).shape() + " on " + target;
        if (program.buffer(program.outputs().get(output)).dtype() != DType.FLOAT32) {
            assertThat(actual).as(where).isEqualTo(expected);
            return;
        }
        FloatBuffer want =
                ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        FloatBuffer got = ByteBuffer.wrap(actual).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (int i = 0; i < want.capacity(); i++) {
            double error = Math.abs((double) want.get(i) - got.get(i));
            assertThat(error <= tolerance * Math.max(1, Math.abs(want.get(i))) || want.get(i) == got.get(i))
                    .as("%s, element %d: %s instead of %s", where, i, got.get(i), want.get(i))
                    .isTrue();
        }
    }
}
