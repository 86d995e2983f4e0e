package io.selvedge.compress.explain;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compress.quant.QuantizedLayer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which layer of a compressed graph is which of its original: by name, or else by the order of equal operators and weights. */
record LayerPairs(List<Pair> pairs, List<String> unmatched) {
    /** The same layer in both. */
    record Pair(QuantizedLayer original, QuantizedLayer compressed) {
        String name() {
            return original.node().name();
        }
    }

    LayerPairs {
        pairs = List.copyOf(pairs);
        unmatched = List.copyOf(unmatched);
    }

    static LayerPairs of(Graph original, Graph compressed) {
        List<QuantizedLayer> wanted = layers(original);
        List<QuantizedLayer> found = layers(compressed);
        Map<String, QuantizedLayer> byName = new HashMap<>();
        found.forEach(layer -> byName.put(layer.node().name(), layer));
        Map<QuantizedLayer, QuantizedLayer> partner = new LinkedHashMap<>();
        for (QuantizedLayer layer : wanted) {
            QuantizedLayer same = byName.get(layer.node().name());
            if (same != null && alike(layer, same)) {
                partner.put(layer, same);
            }
        }
        if (partner.size() < wanted.size()) {
            partner.clear();
            inOrder(wanted, found, partner);
        }
        List<Pair> pairs = new ArrayList<>();
        List<String> unmatched = new ArrayList<>();
        for (QuantizedLayer layer : wanted) {
            QuantizedLayer same = partner.get(layer);
            if (same == null) {
                unmatched.add(layer.node().name());
            } else {
                pairs.add(new Pair(layer, same));
            }
        }
        return new LayerPairs(pairs, unmatched);
    }

    private static List<QuantizedLayer> layers(Graph graph) {
        Map<String, Node> producers = graph.producers();
        List<QuantizedLayer> layers = new ArrayList<>();
        graph.nodes().forEach(node -> QuantizedLayer.of(graph, producers, node).ifPresent(layers::add));
        return layers;
    }

    private static boolean alike(QuantizedLayer a, QuantizedLayer b) {
        return a.node().op().equals(b.node().op())
                && a.weights().shape().equals(b.weights().shape());
    }

    /** Longest common subsequence. */
    private static void inOrder(
            List<QuantizedLayer> a, List<QuantizedLayer> b, Map<QuantizedLayer, QuantizedLayer> partner) {
        int[][] length = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                length[i][j] = alike(a.get(i), b.get(j))
                        ? length[i + 1][j + 1] + 1
                        : Math.max(length[i + 1][j], length[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < a.size() && j < b.size()) {
            if (alike(a.get(i), b.get(j))) {
                partner.put(a.get(i++), b.get(j++));
            } else if (length[i + 1][j] >= length[i][j + 1]) {
                i++;
            } else {
                j++;
            }
        }
    }

    /** The value behind a Relu or Clip that is the only reader, and behind quantisers: what the next layers read. */
    static String result(Graph graph, Map<String, List<Node>> readers, String value) {
        String current = value;
        while (true) {
            List<Node> next = readers.getOrDefault(current, List.of());
            if (next.size() != 1
                    || graph.outputs().contains(current)
                    || !Set.of("Relu", "Clip", "LeakyRelu", "QuantizeLinear", "DequantizeLinear")
                            .contains(next.getFirst().op().type())) {
                return current;
            }
            current = next.getFirst().output();
        }
    }
}
