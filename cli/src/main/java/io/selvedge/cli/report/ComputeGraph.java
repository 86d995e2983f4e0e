package io.selvedge.cli.report;

import io.selvedge.compress.deploy.GraphOutline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph as a person compares it with another: conversions between data types are marks on edges instead of nodes, and those
 * of constants are left out, so that a graph has the same nodes before and after quantisation.
 */
record ComputeGraph(List<GraphOutline.Vertex> nodes, List<Link> links) {
    /**
     * A value that flows from one node to another.
     *
     * @param eightBit whether it is rounded to 8 bits on the way
     * @param mark {@code Q} or {@code DQ} where the two nodes compute in different types, else empty
     */
    record Link(int from, int to, boolean eightBit, String mark) {}

    static ComputeGraph of(GraphOutline outline) {
        List<GraphOutline.Vertex> nodes = new ArrayList<>();
        Map<Integer, Integer> kept = new LinkedHashMap<>();
        Map<Integer, List<Integer>> sources = new HashMap<>();
        for (int i = 0; i < outline.nodes().size(); i++) {
            if (!isConversion(outline.nodes().get(i))) {
                kept.put(i, nodes.size());
                nodes.add(outline.nodes().get(i));
            }
        }
        outline.edges()
                .forEach(edge -> sources.computeIfAbsent(edge.to(), _ -> new ArrayList<>())
                        .add(edge.from()));
        Set<Link> links = new LinkedHashSet<>();
        kept.forEach((node, self) -> {
            for (int source : sources.getOrDefault(node, List.of())) {
                boolean eightBit = false;
                int from = source;
                while (isConversion(outline.nodes().get(from)) && sources.containsKey(from)) {
                    eightBit = true;
                    from = sources.get(from).getFirst();
                }
                if (kept.containsKey(from)) {
                    int maker = kept.get(from);
                    links.add(new Link(maker, self, eightBit, eightBit ? mark(nodes.get(maker), nodes.get(self)) : ""));
                }
            }
        });
        return new ComputeGraph(nodes, List.copyOf(links));
    }

    private static boolean isConversion(GraphOutline.Vertex vertex) {
        return vertex.op().equals("QuantizeLinear") || vertex.op().equals("DequantizeLinear");
    }

    private static String mark(GraphOutline.Vertex from, GraphOutline.Vertex to) {
        boolean fromFloat = from.dtype().equals("fp32");
        boolean toFloat = to.dtype().equals("fp32");
        return fromFloat == toFloat ? fromFloat ? "Q DQ" : "" : fromFloat ? "Q" : "DQ";
    }

    /** Operators without the graph's ends. */
    long operators() {
        return nodes.stream()
                .filter(v -> !v.op().equals("Input") && !v.op().equals("Output"))
                .count();
    }

    /** Operators that compute in a type. */
    long operators(String dtype) {
        return nodes.stream()
                .filter(v -> !v.op().equals("Input") && !v.op().equals("Output"))
                .filter(v -> v.dtype().equals(dtype))
                .count();
    }
}
