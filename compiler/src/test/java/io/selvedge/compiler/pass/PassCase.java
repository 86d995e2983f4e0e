package io.selvedge.compiler.pass;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.ir.Verifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A small graph, what a pass makes of it as text, and the proof that both compute the same. */
final class PassCase {
    private PassCase() {}

    static Graph graph(Consumer<GraphBuilder> content) {
        GraphBuilder builder = new GraphBuilder("case");
        content.accept(builder);
        Graph graph = builder.build();
        Verifier.verify(graph);
        return graph;
    }

    /** Runs the pass until it settles, checks the result's promises and its values on random inputs, and gives its text. */
    static List<String> after(Pass pass, Graph before) {
        Graph current = before;
        Graph next = pass.run(before);
        while (next != current) {
            Verifier.verify(next);
            current = next;
            next = pass.run(current);
        }
        assertThat(current.inputs()).isEqualTo(before.inputs());
        assertThat(current.outputs()).isEqualTo(before.outputs());
        assertSameValues(before, current, 1e-5);
        return text(current);
    }

    static void assertSameValues(Graph before, Graph after, double tolerance) {
        Map<String, Tensor> inputs = random(before, 7);
        Map<String, Tensor> expected = ReferenceEvaluator.run(before, inputs);
        Map<String, Tensor> actual = ReferenceEvaluator.run(after, inputs);
        expected.forEach((name, want) -> {
            Tensor got = actual.get(name);
            assertThat(got.type()).as(name).isEqualTo(want.type());
            assertThat(worst(want, got)).as("relative difference of " + name).isLessThanOrEqualTo(tolerance);
        });
    }

    /** Largest difference in units of the largest magnitude. */
    static double worst(Tensor want, Tensor got) {
        double magnitude = 1e-30;
        double difference = 0;
        for (int i = 0; i < want.elements(); i++) {
            magnitude = Math.max(magnitude, Math.abs(want.getDouble(i)));
            difference = Math.max(difference, Math.abs(want.getDouble(i) - got.getDouble(i)));
        }
        return difference / magnitude;
    }

    static Map<String, Tensor> random(Graph graph, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            inputs.put(input, random(random, graph.type(input)));
        }
        return inputs;
    }

    static Tensor random(Random random, TensorType type) {
        return Tensor.filled(type, _ -> type.dtype().isFloat() ? random.nextGaussian() : random.nextInt(2));
    }

    static Tensor weights(long... extents) {
        return random(
                new Random(Arrays.hashCode(extents)), TensorType.of(io.selvedge.compiler.ir.DType.FLOAT32, extents));
    }

    /** One line per node: {@code y = Transpose[perm=[0, 2, 1]](x)}. */
    static List<String> text(Graph graph) {
        return graph.nodes().stream().map(PassCase::text).toList();
    }

    private static String text(Node node) {
        String attributes = node.op().attributes().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + value(entry.getValue()))
                .collect(Collectors.joining(" "));
        return String.join(", ", node.outputs()) + " = " + node.op().type()
                + (attributes.isEmpty() ? "" : "[" + attributes + "]")
                + "(" + String.join(", ", node.inputs()) + ")";
    }

    private static String value(Object attribute) {
        return attribute instanceof long[] values ? Arrays.toString(values) : attribute.toString();
    }
}
