package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.Gather;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators that are one hand-written function each, native against reference. */
final class RoutinesTest {
    @TempDir
    Path dir;

    static Stream<Target> targets() {
        return TargetCatalog.all().stream();
    }

    /** By computed indices: every width of element, indices of both widths and signs, axes of 1 and of nothing. */
    static OperatorCases gathers() {
        OperatorCases cases = new OperatorCases("gathers");
        for (DType dtype : DType.values()) {
            String data = cases.input(dtype, 2, 5, 3);
            cases.out(new Gather(1), data, cases.indices(DType.INT64, 5, 4));
            cases.out(new Gather(-1), data, cases.indices(DType.INT32, 3, 2, 7));
        }
        String data = cases.input(DType.FLOAT32, 7, 1, 2);
        cases.out(new Gather(0), data, cases.indices(DType.INT64, 7));
        cases.out(new Gather(1), data, cases.indices(DType.INT32, 1, 1));
        cases.out(new Gather(0), data, cases.indices(DType.INT64, 7, 0));
        return cases;
    }

    @ParameterizedTest
    @MethodSource("targets")
    void routines_agree_with_their_reference(Target target) throws Throwable {
        assumeTrue(HostCpu.detect().flags().containsAll(target.cpuFlags()), "CPU lacks " + target.name());
        for (OperatorCases cases : List.of(gathers())) {
            Graph graph = cases.graph();
            Map<String, Tensor> got = compile(graph, target).run(graph, cases.given());
            ReferenceEvaluator.run(graph, cases.given())
                    .forEach((name, want) -> assertThat(got.get(name).bytes())
                            .as(graph.name() + " " + name + " " + want.type())
                            .isEqualTo(want.bytes()));
        }
    }

    @Test
    void an_index_outside_of_its_axis_ends_the_run_with_its_step() throws Throwable {
        for (long index : new long[] {5, -6, Long.MIN_VALUE, Long.MAX_VALUE}) {
            OperatorCases cases = new OperatorCases("outside");
            cases.out(new Gather(0), cases.input(DType.FLOAT32, 5), cases.input(Tensor.longs(new long[] {index})));
            Graph graph = cases.graph();
            assertThatThrownBy(() -> compile(graph, TargetCatalog.X86_64).run(graph, cases.given()))
                    .hasMessage("status 1");
        }
    }

    private NativeProgram compile(Graph graph, Target target) throws Exception {
        PlannedProgram planned = MemoryPlanner.plan(new ProgramBuilder(graph).build());
        return NativeProgram.compile(planned, target, dir.resolve(graph.name() + target.name()));
    }
}
