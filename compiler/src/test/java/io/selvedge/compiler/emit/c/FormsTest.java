package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.ConvAlgorithms;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The forms that kernels offer, of which any may be taken. */
final class FormsTest {
    private final Target best = HostCpu.detect().best();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "UINT8"})
    void every_form_of_a_convolution_gives_the_same_bits(DType dtype) throws IOException {
        Assembly a = ConvolutionTest.few(dtype);
        same(a, a.build());
    }

    @Test
    void every_form_of_winograds_products_gives_the_same_bits() throws IOException {
        Assembly a = ConvolutionTest.few(DType.FLOAT32);
        same(a, byOtherAlgorithms(a.build()));
    }

    private void same(Assembly a, Program program) throws IOException {
        PlannedProgram planned = MemoryPlanner.plan(program);
        List<byte[]> inputs = Comparison.inputs(a, program);
        List<byte[]> expected = NativeMachine.run(planned, inputs, best, folder.resolve("first"));
        for (int round = 1; round <= 2; round++) {
            int next = round;
            Forms forms = (step, offer) -> (step + next) % offer.forms().size();
            assertThat(CEmitter.emit(planned, best, forms).forms())
                    .anyMatch(taken -> !taken.other().isEmpty());
            assertThat(NativeMachine.run(planned, inputs, best, forms, folder.resolve("round" + round)))
                    .containsExactlyElementsOf(expected);
        }
    }

    private static Program byOtherAlgorithms(Program program) {
        return ConvAlgorithms.with(program, step -> {
            List<String> names =
                    ConvAlgorithms.of(program, program.steps().get(step).kernel());
            return names.size() > 1 ? names.get(1) : "";
        });
    }

    @Test
    void convolution_by_another_algorithm_agrees_with_its_definition() throws IOException {
        Assembly a = ConvolutionTest.few(DType.FLOAT32);
        Program direct = a.build();
        Program other = byOtherAlgorithms(direct);
        assertThat(other.steps()).anyMatch(step -> step.kernel() instanceof Kernel.Winograd);
        List<byte[]> inputs = Comparison.inputs(a, direct);
        List<byte[]> expected = ScalarMachine.run(direct, inputs);
        List<byte[]> actual = NativeMachine.run(other, inputs, best, folder);
        for (int i = 0; i < expected.size(); i++) {
            // As Winograd convolutions are compared in ConvolutionTest.
            Comparison.compare(direct, i, best.name(), expected.get(i), actual.get(i), 2e-4);
        }
        assertThat(ConvAlgorithms.with(other, _ -> "direct").steps()).isEqualTo(direct.steps());
    }

    @Test
    void cost_models_form_comes_first_and_layers_are_known_by_what_they_compute() {
        Program program = ConvolutionTest.few(DType.UINT8).build();
        for (Target target : TargetCatalog.all()) {
            EmittedSource source = CEmitter.emit(MemoryPlanner.plan(program), target);
            for (int i = 0; i < source.forms().size(); i++) {
                Forms.Taken taken = source.forms().get(i);
                boolean convolution = program.steps().get(i).kernel() instanceof Kernel.QConv;
                assertThat(taken.offer().forms().isEmpty()).isEqualTo(!convolution);
                assertThat(taken.offer().forms()).doesNotHaveDuplicates();
                assertThat(taken.position()).isZero();
                if (convolution) {
                    assertThat(taken.offer().layer()).startsWith("qconv [").doesNotContain("%");
                }
            }
        }
    }
}
