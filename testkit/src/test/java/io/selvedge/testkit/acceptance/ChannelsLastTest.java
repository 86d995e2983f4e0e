package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.testkit.OnnxRuntimeOracle;
import io.selvedge.testkit.Tolerance;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Channels-last models come out without transposes. */
@ExtendWith(Workbench.Shared.class)
class ChannelsLastTest {
    @ParameterizedTest
    @EnumSource(names = {"RESNET8_CHANNELS_LAST", "KEYWORDS_CHANNELS_LAST"})
    void channels_last_input_is_never_turned(RealModel model, Workbench bench) {
        Graph imported = model.graph(bench.folder());
        assertThat(operators(imported)).containsKey("Transpose");
        assertWithoutTransposes(Compiler.simplify(imported));
    }

    @ParameterizedTest
    @EnumSource(names = {"RESNET8_CHANNELS_LAST", "KEYWORDS_CHANNELS_LAST"})
    void transposes_around_every_convolution_go_and_the_same_network_is_left(RealModel model, Workbench bench) {
        Graph exported = TensorFlowExport.of(model.graph(bench.folder()));
        assertThat(operators(exported).get("Transpose"))
                .isEqualTo(2 * operators(exported).get("Conv"));
        Graph simplified = Compiler.simplify(exported);
        assertWithoutTransposes(simplified);
        assertThat(layers(simplified)).isEqualTo(layers(bench.simplified(model)));
        try (OnnxRuntimeOracle oracle = OnnxRuntimeOracle.open(bench.file(model));
                NativeModel compiled = bench.best(simplified)) {
            for (Map<String, Tensor> sample : Samples.mixed(model, simplified, 3, 2)) {
                Tensor want = oracle.run(sample).get("output");
                Tolerance.MODEL.check(
                        model + " output", want, compiled.run(sample).get("output"));
            }
        }
    }

    /** What is left of the transposes is the way of the input into the first layer's form, where no element changes places. */
    private static void assertWithoutTransposes(Graph simplified) {
        assertThat(simplified.nodes())
                .filteredOn(node -> node.op().type().equals("Transpose"))
                .allMatch(node -> simplified.inputs().contains(node.input(0)));
        Program program = Compiler.lower(Compiler.fuse(simplified));
        assertThat(program.steps())
                .filteredOn(step -> step.kernel() instanceof Kernel.Copy copy && reorders(copy))
                .isEmpty();
        assertThat(program.steps())
                .filteredOn(step -> step.kernel() instanceof Kernel.Copy copy && images(program, copy))
                .allMatch(
                        step -> program.buffer(step.kernel().reads().getFirst()).place() == Buffer.Place.INPUT);
    }

    private static boolean images(Program program, Kernel.Copy copy) {
        Buffer buffer = program.buffer(copy.reads().getFirst());
        return buffer.h() * buffer.w() > 1;
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

    private static Map<String, Long> operators(Graph graph) {
        return graph.nodes().stream()
                .collect(Collectors.groupingBy(node -> node.op().type(), TreeMap::new, Collectors.counting()));
    }

    /** Operators that compute; the mean over an image has more than one spelling. */
    private static List<String> layers(Graph graph) {
        return graph.nodes().stream()
                .map(Node::op)
                .map(op -> op.type())
                .filter(type ->
                        List.of("Conv", "Relu", "Add", "Gemm", "Softmax").contains(type))
                .toList();
    }
}
