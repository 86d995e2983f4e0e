package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moments of the inputs of the layers that are not too wide for them, by node name. They are taken over outputs spread evenly
 * over all samples, so that time and memory do not grow with their number.
 */
public final class Moments {
    /** Wider rows would need more than 8 MB a layer; rounding to nearest serves them. */
    private static final int MOST_DEPTH = 1024;

    private static final int LEAST_PATCHES = 1024;
    private static final int PATCHES_PER_INPUT = 4;

    /** Of no layer. */
    public static final Moments NONE = new Moments(Map.of());

    private final Map<String, InputMoments> byNode;

    private Moments(Map<String, InputMoments> byNode) {
        this.byNode = Collections.unmodifiableMap(new LinkedHashMap<>(byNode));
    }

    Optional<InputMoments> of(Node node) {
        return Optional.ofNullable(byNode.get(node.name()));
    }

    /** Walks the samples once. */
    public static Moments collect(Graph graph, List<Map<String, Tensor>> samples, ActivationSource source) {
        Map<String, InputMoments> byNode = new LinkedHashMap<>();
        Map<String, List<Node>> readers = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (Quantizer.isQuantizable(graph, node)) {
                GroupedWeights weights =
                        GroupedWeights.of(node, graph.type(node.input(1)).shape());
                if (weights.depth() <= MOST_DEPTH) {
                    byNode.put(node.name(), new InputMoments(weights.groups(), weights.depth()));
                    readers.computeIfAbsent(node.input(0), _ -> new java.util.ArrayList<>())
                            .add(node);
                }
            }
        }
        for (int i = 0; i < samples.size(); i++) {
            int sample = i;
            source.run(samples.get(i), (name, value) -> {
                for (Node node : readers.getOrDefault(name, List.of())) {
                    add(graph, node, value, byNode, sample, samples.size());
                }
            });
        }
        return new Moments(byNode);
    }

    private static void add(
            Graph graph, Node node, Tensor value, Map<String, InputMoments> byNode, int sample, int samples) {
        InputMoments moments = byNode.get(node.name());
        if (moments == null) {
            return;
        }
        int wanted = Math.max(LEAST_PATCHES, PATCHES_PER_INPUT * moments.depth());
        InputPatches.of(graph, node).spread(value.toFloats(), (wanted + samples - 1) / samples, sample, moments::add);
    }
}
