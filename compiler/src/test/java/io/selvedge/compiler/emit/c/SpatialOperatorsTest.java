package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.pass.Pipelines;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Operators over windows, grids and time that are routines: native against reference, within the rounding of float32. */
final class SpatialOperatorsTest {
    /** Of the largest result; sums of some 150 products cancel, and plain C has no fused multiply-add. SanitizerTest has it too. */
    private static final double TOLERANCE = 2e-5;

    @TempDir
    Path dir;

    /** What is compiled together. */
    enum Family {
        RESIZES,
        RECURRENT,
        CONVOLUTIONS,
        TRANSPOSED,
        POOLINGS,
        DEFORMED;

        OperatorCases cases() {
            return switch (this) {
                case RESIZES -> ResizeCases.all();
                case RECURRENT -> RecurrentCases.all();
                case CONVOLUTIONS -> WindowCases.convolutions();
                case TRANSPOSED -> WindowCases.transposed();
                case POOLINGS -> WindowCases.poolings();
                case DEFORMED -> WindowCases.deformed();
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void operators_agree_with_their_reference(Family family) throws Throwable {
        OperatorCases cases = family.cases();
        Graph graph = cases.graph();
        Graph fused = Pipelines.fuse(graph);
        PlannedProgram planned = MemoryPlanner.plan(new ProgramBuilder(fused).build());
        Map<String, Tensor> wanted = ReferenceEvaluator.run(graph, cases.given());
        for (Target target : RunnableTargets.forFloats()) {
            Map<String, Tensor> got = NativeProgram.compile(planned, target, dir.resolve(target.name()))
                    .run(fused, cases.given());
            wanted.forEach((name, want) -> compare(name + " on " + target.name(), want, got.get(name)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void no_routine_leaves_its_buffers(Family family) throws IOException, InterruptedException {
        assumeTrue(SanitizedProgram.hasCompiler(), "gcc is not installed");
        OperatorCases cases = family.cases();
        Graph graph = cases.graph();
        List<byte[]> inputs = new ArrayList<>();
        for (String input : graph.inputs()) {
            ByteBuffer bytes = Objects.requireNonNull(cases.given().get(input)).bytes();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            inputs.add(copy);
        }
        Program program = new ProgramBuilder(Pipelines.fuse(graph)).build();
        List<byte[]> outputs = SanitizedProgram.run(program, inputs, dir);
        Map<String, Tensor> wanted = ReferenceEvaluator.run(graph, cases.given());
        for (int i = 0; i < outputs.size(); i++) {
            String name = graph.outputs().get(i);
            compare(name, wanted.get(name), Tensor.of(graph.type(name), outputs.get(i)));
        }
    }

    private static void compare(String name, Tensor want, Tensor got) {
        if (want.dtype() != DType.FLOAT32) {
            assertThat(got.bytes()).as(name + " " + want.type()).isEqualTo(want.bytes());
            return;
        }
        double scale = 1;
        for (int i = 0; i < want.elements(); i++) {
            scale = Math.max(scale, Math.abs(want.getDouble(i)));
        }
        for (int i = 0; i < want.elements(); i++) {
            assertThat(got.getDouble(i))
                    .as(name + " " + want.type() + " element " + i)
                    .isCloseTo(want.getDouble(i), within(TOLERANCE * scale));
        }
    }
}
