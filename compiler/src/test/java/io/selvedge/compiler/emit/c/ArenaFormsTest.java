package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.memory.ArenaSearch;
import io.selvedge.compiler.memory.ArenaSearch.Form;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that need less arena give the same bits as the plain program, with a dot product and without. */
final class ArenaFormsTest {
    private static final long NONE = 0;

    @TempDir
    private Path folder;

    /** Convolutions of a small mobile net: strides, depthwise, a residual, pools, an activation of its own. */
    static Program net(boolean eightBit) {
        NetText text = new NetText(eightBit, 3);
        String x = text.start("x", 3, 24, 20);
        x = text.conv(x, 3, 16, 3, 2, 1, 1, true);
        x = text.conv(x, 16, 48, 1, 1, 0, 1, true);
        x = text.conv(x, 48, 48, 3, 1, 1, 48, true);
        String narrow = text.conv(x, 48, 16, 1, 1, 0, 1, false);
        x = text.conv(narrow, 16, 48, 1, 1, 0, 1, true);
        x = text.conv(x, 48, 48, 3, 1, 1, 48, true);
        x = text.add(text.conv(x, 48, 16, 1, 1, 0, 1, false), narrow);
        x = text.node("MaxPool{kernel_shape=[3,3], pads=[1,1,1,1], strides=[2,2]}", x);
        x = text.conv(x, 16, 20, 3, 2, 1, 1, true);
        x = text.node("GlobalAveragePool", x);
        return lowered(text.end(x));
    }

    /** A residual where the net is fullest. */
    private static Program residual(boolean eightBit) {
        NetText text = new NetText(eightBit, 3);
        String x = text.conv(text.start("x", 3, 12, 16), 3, 16, 3, 1, 1, 1, true);
        String y = text.conv(x, 16, 16, 5, 1, 2, 1, true);
        // Winograd's tiles overlap, so that its results may not lie over a residual; in 8 bits a target may choose it.
        int k = eightBit ? 3 : 5;
        x = text.add(text.conv(y, 16, 16, k, 1, k / 2, 1, false), x);
        return lowered(text.end(text.node("GlobalAveragePool", text.conv(x, 16, 16, 3, 2, 1, 1, true))));
    }

    /** Two branches of which one could be done before the other begins. */
    private static Program branches(boolean eightBit) {
        NetText text = new NetText(eightBit, 3);
        String x = text.conv(text.start("x", 3, 12, 16), 3, 16, 3, 1, 1, 1, true);
        String left = text.conv(x, 16, 64, 1, 1, 0, 1, true);
        String right = text.conv(x, 16, 80, 1, 1, 0, 1, true);
        left = text.conv(left, 64, 16, 1, 2, 0, 1, true);
        right = text.conv(right, 80, 16, 1, 2, 0, 1, false);
        return lowered(text.end(text.node("GlobalAveragePool", text.add(right, left))));
    }

    private static Program lowered(String text) {
        return Compiler.lower(Compiler.fuse(Compiler.simplify(GraphText.parse(text, OpCatalog.ALL))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bands_of_rows_give_the_same_bits_in_less_memory(boolean eightBit) throws IOException {
        Program program = net(eightBit);
        // No less than is needed, so that there are few steps to compile.
        long budget = MemoryPlanner.plan(program).arenaBytes() * 2L / 3;
        PlannedProgram banded =
                ArenaSearch.find(program, Form.BANDED, budget).orElseThrow().plan();
        assertThat((long) banded.arenaBytes()).isLessThanOrEqualTo(budget);
        assertSameBits(program, banded);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void another_order_gives_the_same_bits_in_less_memory(boolean eightBit) throws IOException {
        assertReordered(branches(eightBit), "steps in another order");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void results_over_residuals_give_the_same_bits_in_less_memory(boolean eightBit) throws IOException {
        assertReordered(residual(eightBit), "results over residuals");
    }

    private void assertReordered(Program program, String how) throws IOException {
        ArenaSearch.Planned reordered =
                ArenaSearch.find(program, Form.REORDERED, NONE).orElseThrow();
        assertThat(reordered.plan().arenaBytes())
                .isLessThan(MemoryPlanner.plan(program).arenaBytes() * 3 / 4);
        assertThat(reordered.how()).isEqualTo(how);
        assertSameBits(program, reordered.plan());
    }

    private void assertSameBits(Program program, PlannedProgram form) throws IOException {
        List<byte[]> inputs = Comparison.inputs(new Assembly(7), program);
        HostCpu host = HostCpu.detect();
        List<Target> targets = Stream.of(host.best(), TargetCatalog.X86_64_V3)
                .filter(host::runs)
                .distinct()
                .toList();
        for (Target target : targets) {
            byte[] expected = NativeMachine.run(program, inputs, target, folder.resolve("plain"))
                    .getFirst();
            assertThat(NativeMachine.run(form, inputs, target, folder.resolve("form"))
                            .getFirst())
                    .as(target.name())
                    .isEqualTo(expected);
        }
    }

    @Test
    void net_is_what_the_test_is_about() {
        for (boolean eightBit : new boolean[] {false, true}) {
            List<Kernel> kernels =
                    net(eightBit).steps().stream().map(Program.Step::kernel).toList();
            assertThat(kernels)
                    .anyMatch(k -> eightBit ? k instanceof Kernel.QDepthwiseConv : k instanceof Kernel.DepthwiseConv)
                    .anyMatch(k -> k instanceof Kernel.QConv q && q.residual().isPresent()
                            || k instanceof Kernel.Conv c && c.residual().isPresent())
                    .anyMatch(k -> k instanceof Kernel.Pool)
                    .noneMatch(k -> k instanceof Kernel.Winograd);
        }
    }

    @Test
    void search_goes_no_further_than_the_budget_asks() {
        Program program = net(true);
        int plain = MemoryPlanner.plan(program).arenaBytes();
        ArenaSearch.Planned most = ArenaSearch.find(program, Form.BANDED, NONE).orElseThrow();
        long budget = ((long) plain + most.plan().arenaBytes()) / 2;
        ArenaSearch.Planned enough =
                ArenaSearch.find(program, Form.BANDED, budget).orElseThrow();
        assertThat((long) enough.plan().arenaBytes()).isLessThanOrEqualTo(budget);
        assertThat(macs(enough)).isLessThanOrEqualTo(macs(most));
        assertThat(enough.how()).contains("bands of rows");
        assertThat(ArenaSearch.find(program, Form.BANDED, budget).orElseThrow().plan())
                .isEqualTo(enough.plan());
    }

    @Test
    void program_that_needs_no_less_in_a_form_has_none() {
        Program program = Compiler.lower(Compiler.fuse(GraphText.parse("""
                graph g
                input x: float32[8]
                node a: Relu(x) -> y
                output y
                """, OpCatalog.ALL)));
        assertThat(ArenaSearch.find(program, Form.REORDERED, NONE)).isEqualTo(Optional.empty());
        assertThat(ArenaSearch.find(program, Form.BANDED, NONE)).isEmpty();
    }

    private static long macs(ArenaSearch.Planned planned) {
        return planned.plan().program().steps().stream()
                .mapToLong(Program.Step::macs)
                .sum();
    }
}
