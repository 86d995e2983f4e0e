package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.emit.binary.ProgramBinary;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.jvm.kernel.Executable;
import io.selvedge.jvm.kernel.Weights;
import io.selvedge.jvm.program.Program;
import io.selvedge.jvm.program.ProgramReader;
import io.selvedge.jvm.routine.RoutineCatalog;
import io.selvedge.runtime.ModelException;
import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of a program, as the JVM executor reads them. */
class ProgramBinaryTest {
    private static PlannedProgram planned(String routine) {
        Assembly a = new Assembly(1);
        int x = a.input(DType.FLOAT32, 2, 3, 5);
        int middle = a.dense(DType.FLOAT32, 2, 3, 5);
        int y = a.output(DType.FLOAT32, 2, 3, 5);
        a.copy(x, middle);
        Expr expr = new Expr.Binary(
                Expr.BinaryOp.MAX, new Expr.Quantize(new Expr.Input(0), 0.25f, 3, 0, 255), new Expr.Const(0.5));
        a.step(new Kernel.Map(a.extents(y), List.of(a.whole(middle)), a.whole(y), expr));
        if (!routine.isEmpty()) {
            a.step(new Kernel.Routine(
                    "header",
                    routine,
                    List.of(new Kernel.Operand(middle, false, 0)),
                    y,
                    false,
                    OptionalInt.empty(),
                    List.of(new Kernel.Constant.Whole(-7), new Kernel.Constant.Wholes(List.of(1L << 40, -1L)))));
        }
        return MemoryPlanner.plan(a.build());
    }

    @Test
    void program_is_read_as_it_was_planned() {
        PlannedProgram planned = planned("sv_routine");
        Program read = ProgramReader.read(ByteBuffer.wrap(ProgramBinary.write(planned)));
        assertThat(read.arenaBytes()).isEqualTo(planned.arenaBytes());
        assertThat(read.inputs()).isEqualTo(planned.program().inputs());
        assertThat(read.outputs()).isEqualTo(planned.program().outputs());
        for (int i = 0; i < planned.program().buffers().size(); i++) {
            assertThat(read.buffer(i).offset()).isEqualTo(planned.offsets().get(i));
            assertThat(read.buffer(i).name())
                    .isEqualTo(planned.program().buffer(i).name());
        }
        assertThat(read.steps().get(1).kernel())
                .asString()
                .contains("Quantize[x=Input[index=0], divide=true, scale=0.25, zero=3, low=0, high=255]")
                .contains("Constant[value=0.5]");
        assertThat(read.steps().get(2).kernel())
                .asString()
                .contains("sv_routine", "wholes=[-7]", "wholes=[1099511627776, -1]");
        assertThat(ProgramBinary.write(planned("sv_routine"))).isEqualTo(ProgramBinary.write(planned));
    }

    @Test
    void bytes_that_are_cut_off_are_told() {
        byte[] bytes = ProgramBinary.write(planned("sv_routine"));
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer part = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> ProgramReader.read(part))
                    .isInstanceOfSatisfying(
                            ModelException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_BUNDLE));
        }
        assertThatThrownBy(() -> ProgramReader.read(ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 1))))
                .hasMessageContaining("goes on after the last step");
    }

    @Test
    void changed_bytes_give_a_code_or_another_program() {
        byte[] bytes = ProgramBinary.write(planned("sv_routine"));
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] changed = bytes.clone();
            changed[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                ProgramReader.read(ByteBuffer.wrap(changed));
            } catch (ModelException e) {
                refused++;
                assertThat(e.code()).isIn(Code.BAD_BUNDLE, Code.UNSUPPORTED_VERSION);
            }
        }
        assertThat(refused).isBetween(500, 4999);
    }

    @Test
    void routine_that_is_not_written_in_java_is_refused_by_name() {
        PlannedProgram planned = planned("sv_never_written");
        Program read = ProgramReader.read(ByteBuffer.wrap(ProgramBinary.write(planned)));
        Weights weights = new Weights(read, ByteBuffer.wrap(planned.packedWeights()));
        assertThatThrownBy(() -> new Executable(read, weights, new RoutineCatalog()))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.code()).isEqualTo(Code.UNSUPPORTED_KERNEL))
                .hasMessageContaining("'sv_never_written'")
                .hasMessageContaining("--target");
    }
}
