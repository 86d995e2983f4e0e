package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the layers of a float graph multiply, a few hundred outputs of each.
 *
 * @param byNode patches as {@link InputPatches} gives them, by the node's name
 */
public record LayerSamples(Map<String, List<float[]>> byNode) {
    private static final int PATCHES = 256;

    public LayerSamples {
        byNode = Map.copyOf(byNode);
    }

    /** Patches of a node; none where it was not observed. */
    public List<float[]> of(String node) {
        return byNode.getOrDefault(node, List.of());
    }

    /** Walks the samples once. */
    public static LayerSamples collect(Graph graph, List<Map<String, Tensor>> samples, ActivationSource source) {
        Map<String, List<Node>> readers = new HashMap<>();
        Map<String, List<float[]>> byNode = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            if (Quantizer.isQuantizable(graph, node)) {
                readers.computeIfAbsent(node.input(0), _ -> new ArrayList<>()).add(node);
                byNode.put(node.name(), new ArrayList<>());
            }
        }
        int each = (PATCHES + samples.size() - 1) / Math.max(1, samples.size());
        for (int i = 0; i < samples.size(); i++) {
            int sample = i;
            source.run(samples.get(i), (name, value) -> {
                for (Node node : readers.getOrDefault(name, List.of())) {
                    List<float[]> patches = byNode.getOrDefault(node.name(), List.of());
                    InputPatches.of(graph, node)
                            .spread(value.toFloats(), each, sample, patch -> patches.add(patch.clone()));
                }
            });
        }
        return new LayerSamples(byNode);
    }
}
