package io.selvedge.train.graph;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/** Random weights in place of trained ones: a graph's shape without what it has learned. Needs no libtorch. */
public final class FreshWeights {
    private FreshWeights() {}

    /**
     * Weights of two axes and more are drawn with standard deviation {@code sqrt(2 / inputs)} (He), vectors begin at zero, and batch
     * normalisation as one that does nothing.
     */
    public static Graph of(Graph graph, long seed) {
        Trainability trainability = Trainability.of(graph);
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        for (String name : trainability.parameters()) {
            Tensor old = constants.getOrDefault(name, Tensor.floats(new float[] {0}));
            double deviation = Math.sqrt(2.0 / Math.max(1, inputs(graph, name, old)));
            boolean weights = old.shape().rank() >= 2;
            constants.put(name, filled(old, _ -> weights ? deviation * random.nextGaussian() : 0));
        }
        for (Node node : graph.nodes()) {
            if (node.op().type().equals("BatchNormalization")) {
                for (int input = 1; input < 5; input++) {
                    double value = input == 1 || input == 4 ? 1 : 0;
                    constants.computeIfPresent(node.input(input), (_, old) -> filled(old, _ -> value));
                }
            } else if (node.op().type().endsWith("Normalization")) {
                constants.computeIfPresent(node.input(1), (_, old) -> filled(old, _ -> 1));
            }
        }
        return graph.with(graph.nodes(), constants, graph.types());
    }

    private static Tensor filled(Tensor old, IntToDoubleFunction value) {
        return Tensor.filled(old.type(), value);
    }

    /** Products that one output is the sum of. */
    private static int inputs(Graph graph, String name, Tensor weights) {
        int[] extents = weights.shape().extents();
        boolean rowsAreInputs = graph.consumers().values().stream()
                .flatMap(java.util.List::stream)
                .anyMatch(node -> node.inputs().contains(name)
                        && (node.op().type().equals("MatMul")
                                || (node.op().type().equals("Gemm")
                                        && Long.valueOf(0)
                                                .equals(node.op().attributes().get("transB")))));
        int outputs = extents.length < 2 ? 1 : rowsAreInputs ? extents[extents.length - 1] : extents[0];
        return weights.elements() / Math.max(1, outputs);
    }
}
