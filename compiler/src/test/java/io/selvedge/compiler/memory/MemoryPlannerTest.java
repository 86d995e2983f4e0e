package io.selvedge.compiler.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MemoryPlannerTest {
    private static Buffer buffer(int id, int floats) {
        return new Buffer(
                id, "b" + id, DType.FLOAT32, Shape.of(floats), new Layout.RowMajor(), 0, 0, Buffer.Place.ARENA, -1);
    }

    private static Program.Step step(int from, int to, int floats) {
        List<Integer> extents = List.of(floats);
        return new Program.Step(
                "s",
                new Kernel.Copy(
                        extents,
                        new Kernel.Strided(from, false, 0, List.of(1)),
                        new Kernel.Strided(to, false, 0, List.of(1)),
                        4,
                        0),
                0);
    }

    private static Program.Step relu(int from, int to, int floats) {
        return new Program.Step(
                "relu",
                new Kernel.Map(
                        List.of(floats),
                        List.of(new Kernel.Strided(from, false, 0, List.of(1))),
                        new Kernel.Strided(to, false, 0, List.of(1)),
                        Expr.clamp(new Expr.Input(0), 0, Float.POSITIVE_INFINITY)),
                0);
    }

    @Test
    void a_chain_needs_its_two_largest_neighbours_only() {
        Program program = new Program(
                "chain",
                List.of(buffer(0, 100), buffer(1, 100), buffer(2, 100), buffer(3, 100)),
                List.of(),
                List.of(step(0, 1, 100), step(1, 2, 100), step(2, 3, 100)),
                List.of(),
                List.of());
        assertThat(MemoryPlanner.plan(program).arenaBytes()).isEqualTo(448 + 400);
    }

    @Test
    void element_wise_kernel_runs_in_place_when_its_input_dies() {
        Program program = new Program(
                "relu",
                List.of(buffer(0, 100), buffer(1, 100), buffer(2, 100)),
                List.of(),
                List.of(step(2, 0, 100), relu(0, 1, 100), step(1, 2, 100)),
                List.of(),
                List.of());
        PlannedProgram planned = MemoryPlanner.plan(program);
        assertThat(planned.offsets().get(1)).isEqualTo(planned.offsets().get(0));
    }

    @Test
    void element_wise_kernel_leaves_an_input_alone_that_is_read_later() {
        Program program = new Program(
                "relu",
                List.of(buffer(0, 100), buffer(1, 100), buffer(2, 100)),
                List.of(),
                List.of(relu(0, 1, 100), step(0, 2, 100), step(1, 2, 100)),
                List.of(),
                List.of());
        PlannedProgram planned = MemoryPlanner.plan(program);
        assertThat(planned.offsets().get(1)).isNotEqualTo(planned.offsets().get(0));
    }

    @Test
    void buffers_that_live_together_never_overlap() {
        Random random = new Random(7);
        for (int trial = 0; trial < 300; trial++) {
            List<Buffer> buffers = new ArrayList<>();
            List<Program.Step> steps = new ArrayList<>();
            for (int id = 0; id < 20; id++) {
                buffers.add(buffer(id, 1 + random.nextInt(200)));
                if (id > 0) {
                    steps.add(step(random.nextInt(id), id, 1));
                }
            }
            Program program = new Program("random", buffers, List.of(), steps, List.of(), List.of());
            PlannedProgram planned = MemoryPlanner.plan(program);
            List<MemoryPlanner.Lifetime> lifetimes = MemoryPlanner.lifetimes(program);
            for (Buffer a : buffers) {
                long end = planned.offsets().get(a.id()) + a.bytes();
                assertThat(end).isLessThanOrEqualTo(planned.arenaBytes());
                for (Buffer b : buffers) {
                    boolean together = a != b && lifetimes.get(a.id()).overlaps(lifetimes.get(b.id()));
                    assertThat(together
                                    && planned.offsets().get(b.id()) < end
                                    && planned.offsets().get(a.id())
                                            < planned.offsets().get(b.id()) + b.bytes())
                            .isFalse();
                }
            }
        }
    }
}
