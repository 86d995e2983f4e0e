package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Channels-last models as TensorFlow exports them come out without transposes. */
@ExtendWith(Workbench.Shared.class)
class ChannelsLastTest {
    @ParameterizedTest
    @EnumSource(names = {"RESNET8_CHANNELS_LAST", "KEYWORDS_CHANNELS_LAST"})
    void nothing_behind_the_input_changes_the_order_of_axes(RealModel model, Workbench bench) {
        Graph imported = model.graph(bench.folder());
        assertThat(imported.nodes())
                .as("transposes as exported")
                .anyMatch(node -> node.op().type().equals("Transpose"));
        Graph simplified = Compiler.simplify(imported);
        assertThat(simplified.nodes())
                .filteredOn(node -> node.op().type().equals("Transpose"))
                .allMatch(node -> simplified.inputs().contains(node.input(0)));
        Program program = Compiler.lower(Compiler.fuse(simplified));
        List<Program.Step> reordering = program.steps().stream()
                .filter(step -> step.kernel() instanceof Kernel.Copy copy && reorders(copy))
                .toList();
        assertThat(reordering)
                .allMatch(step -> step.kernel().reads().stream()
                        .allMatch(read -> program.buffer(read).place() == Buffer.Place.INPUT));
        // Channels-last is also how buffers lie: the input is copied straight, if at all.
        assertThat(reordering).isEmpty();
    }

    /** Whether the axes that have more than one element follow each other differently on the two sides. */
    private static boolean reorders(Kernel.Copy copy) {
        return !order(copy, copy.input().strides())
                .equals(order(copy, copy.output().strides()));
    }

    private static List<Integer> order(Kernel.Copy copy, List<Integer> strides) {
        return IntStream.range(0, strides.size())
                .boxed()
                .filter(axis -> copy.extents().get(axis) > 1)
                .sorted(Comparator.comparing(strides::get))
                .toList();
    }
}
