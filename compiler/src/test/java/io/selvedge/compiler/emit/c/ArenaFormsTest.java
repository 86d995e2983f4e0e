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
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
        Text text = new Text(eightBit);
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
        Text text = new Text(eightBit);
        String x = text.conv(text.start("x", 3, 12, 16), 3, 16, 3, 1, 1, 1, true);
        String y = text.conv(x, 16, 16, 5, 1, 2, 1, true);
        // Winograd's tiles overlap, so that its results may not lie over a residual; in 8 bits a target may choose it.
        int k = eightBit ? 3 : 5;
        x = text.add(text.conv(y, 16, 16, k, 1, k / 2, 1, false), x);
        return lowered(text.end(text.node("GlobalAveragePool", text.conv(x, 16, 16, 3, 2, 1, 1, true))));
    }

    /** Two branches of which one could be done before the other begins. */
    private static Program branches(boolean eightBit) {
        Text text = new Text(eightBit);
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

    /** Graphs with random weights, in f32 or with every value quantised. */
    private static final class Text {
        private final boolean eightBit;
        private final Random random = new Random(3);
        private final StringBuilder head = new StringBuilder();
        private final StringBuilder nodes = new StringBuilder();
        private int count;

        Text(boolean eightBit) {
            this.eightBit = eightBit;
        }

        String start(String name, int... extents) {
            head.append(
                    "graph net\ninput %s: float32[1,%d,%d,%d]\n".formatted(name, extents[0], extents[1], extents[2]));
            head.append("const s: float32[] = {0.05}\nconst z: uint8[] = {0}\nconst zc: uint8[] = {117}\n");
            head.append("const ws: float32[] = {0.01}\nconst wz: int8[] = {0}\nconst bs: float32[] = {0.0005}\n");
            head.append("const bz: int32[] = {0}\n");
            return quantized(name, "zc");
        }

        String conv(String x, int c, int oc, int k, int stride, int pad, int group, boolean relu) {
            int id = ++count;
            int weights = oc * c / group * k * k;
            String shape = "[%d,%d,%d,%d]".formatted(oc, c / group, k, k);
            String weight = "w" + id;
            String bias = "b" + id;
            if (eightBit) {
                head.append("const w%dq: int8%s = {%s}\n".formatted(id, shape, numbers(weights, 120)));
                head.append("const b%dq: int32[%d] = {%s}\n".formatted(id, oc, numbers(oc, 2000)));
                line("DequantizeLinear{axis=1}(w" + id + "q, ws, wz)", weight);
                line("DequantizeLinear{axis=1}(b" + id + "q, bs, bz)", bias);
            } else {
                head.append("const w%d: float32%s = {%s}\n".formatted(id, shape, fractions(weights)));
                head.append("const b%d: float32[%d] = {%s}\n".formatted(id, oc, fractions(oc)));
            }
            String y = "c" + id;
            line(
                    "Conv{dilations=[1,1], group=%d, pads=[%d,%d,%d,%d], strides=[%d,%d]}(%s, %s, %s)"
                            .formatted(group, pad, pad, pad, pad, stride, stride, x, weight, bias),
                    y);
            if (relu) {
                line("Relu(" + y + ")", "r" + id);
                y = "r" + id;
            }
            return quantized(y, relu ? "z" : "zc");
        }

        String add(String a, String b) {
            String y = "a" + ++count;
            line("Add(" + a + ", " + b + ")", y);
            return quantized(y, "zc");
        }

        String node(String op, String x) {
            String y = "n" + ++count;
            line(op + "(" + x + ")", y);
            return quantized(y, "zc");
        }

        private String quantized(String x, String zero) {
            if (!eightBit) {
                return x;
            }
            line("QuantizeLinear{axis=1, saturate=1}(" + x + ", s, " + zero + ")", x + "q");
            line("DequantizeLinear{axis=1}(" + x + "q, s, " + zero + ")", x + "d");
            return x + "d";
        }

        private void line(String node, String y) {
            nodes.append("node n_%s: %s -> %s\n".formatted(y, node, y));
        }

        private String numbers(int n, int bound) {
            return IntStream.range(0, n)
                    .mapToObj(_ -> String.valueOf(random.nextInt(2 * bound) - bound))
                    .collect(Collectors.joining(", "));
        }

        private String fractions(int n) {
            return IntStream.range(0, n)
                    .mapToObj(_ -> String.valueOf((float) random.nextGaussian() / 4))
                    .collect(Collectors.joining(", "));
        }

        String end(String y) {
            return head + nodes.toString() + "output " + y + "\n";
        }
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
