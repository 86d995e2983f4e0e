package io.selvedge.compiler.emit.c;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.memory.ArenaSearch;
import io.selvedge.compiler.memory.ArenaSearch.Form;
import io.selvedge.compiler.memory.MemoryPlanner;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.toolchain.HostCpu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random nets in every form that saves arena, on the JVM and natively: the bits of the plain program. */
final class RandomFormsTest {
    private static final List<String> ACTIVATIONS = List.of("", "Relu", "HardSwish", "LeakyRelu{alpha=0.1}", "Sigmoid");
    private static final int ON_THE_JVM = 24;
    private static final int NATIVELY = 2;

    @TempDir
    private Path folder;

    /** Convolutions of all kinds, pools, residuals in front of and behind activations. */
    private static Program net(int seed, boolean eightBit) {
        Random random = new Random(seed);
        NetText text = new NetText(eightBit, seed);
        int c = 16;
        String x = text.start("x", 3, 8 + random.nextInt(9), 8 + random.nextInt(9));
        x = text.conv(x, 3, c, 3, 1 + random.nextInt(2), 1, 1, random.nextBoolean());
        for (int block = 0; block < 3; block++) {
            int k = 1 + 2 * random.nextInt(3);
            switch (random.nextInt(6)) {
                case 0 -> {
                    int wider = List.of(8, 16, 20, 32, 40).get(random.nextInt(5));
                    x = activated(text, random, text.conv(x, c, wider, k, 1, k / 2, 1, false));
                    c = wider;
                }
                case 1 -> x = activated(text, random, text.conv(x, c, c, 3, 1, 1, c, false));
                case 2 -> x = text.node("MaxPool{kernel_shape=[3,3], pads=[1,1,1,1], strides=[1,1]}", x);
                case 3 -> {
                    String left = text.conv(text.conv(x, c, 64, 1, 1, 0, 1, true), 64, c, 1, 2, 0, 1, true);
                    String right = text.conv(text.conv(x, c, 80, 1, 1, 0, 1, true), 80, c, 1, 2, 0, 1, false);
                    x = activated(text, random, text.add(right, left));
                }
                default -> {
                    String inner = activated(text, random, text.conv(x, c, 2 * c, 1, 1, 0, 1, false));
                    String y = text.conv(inner, 2 * c, c, k, 1, k / 2, 1, false);
                    x = activated(
                            text,
                            random,
                            random.nextBoolean() ? text.add(activated(text, random, y), x) : text.add(x, y));
                }
            }
        }
        return Compiler.lower(Compiler.fuse(
                Compiler.simplify(GraphText.parse(text.end(text.node("GlobalAveragePool", x)), OpCatalog.ALL))));
    }

    private static String activated(NetText text, Random random, String x) {
        String activation = ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
        return activation.isEmpty() ? x : text.node(activation, x);
    }

    private static List<ArenaSearch.Planned> forms(Program program) {
        long budget = MemoryPlanner.plan(program).arenaBytes() * 2L / 3;
        List<ArenaSearch.Planned> forms = new ArrayList<>();
        for (Form form : Form.values()) {
            Optional<ArenaSearch.Planned> found = ArenaSearch.find(program, form, budget);
            found.ifPresent(forms::add);
        }
        return forms;
    }

    @Test
    void forms_give_the_bits_of_the_plain_program_on_the_jvm() {
        Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < ON_THE_JVM; seed++) {
            Program program = net(seed, seed % 2 == 1);
            List<byte[]> inputs = Comparison.inputs(new Assembly(seed), program);
            byte[] expected = JvmMachine.run(program, inputs).getFirst();
            for (ArenaSearch.Planned form : forms(program)) {
                assertThat(JvmMachine.run(form.plan(), inputs).getFirst())
                        .as("net %d: %s", seed, form.how())
                        .isEqualTo(expected);
                seen.add(form.how().replaceAll("[0-9]+", "N"));
            }
        }
        assertThat(String.join("; ", seen)).contains("results over residuals", "in another order", "bands of rows");
    }

    @Test
    void forms_give_the_bits_of_the_plain_program_natively() throws IOException {
        HostCpu host = HostCpu.detect();
        for (int seed = 0; seed < NATIVELY; seed++) {
            boolean eightBit = seed % 2 == 1;
            Program program = net(seed, eightBit);
            List<byte[]> inputs = Comparison.inputs(new Assembly(seed), program);
            byte[] expected = NativeMachine.run(program, inputs, host.best(), folder.resolve("plain" + seed))
                    .getFirst();
            if (eightBit) {
                assertThat(JvmMachine.run(program, inputs).getFirst()).isEqualTo(expected);
            }
            for (ArenaSearch.Planned form : forms(program)) {
                PlannedProgram plan = form.plan();
                assertThat(NativeMachine.run(plan, inputs, host.best(), folder.resolve("form" + seed))
                                .getFirst())
                        .as("net %d: %s", seed, form.how())
                        .isEqualTo(expected);
            }
        }
    }
}
