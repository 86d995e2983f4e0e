package io.selvedge.compress.deploy;

import java.util.List;

/** A graph reduced to what a drawing needs. Nodes are in topological order; edges name them by index. */
public record GraphOutline(List<Vertex> nodes, List<Edge> edges) {
    public GraphOutline {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /**
     * A node.
     *
     * @param op ONNX operator type; {@code Input} and {@code Output} for the graph's ends
     * @param dtype what the node computes in: {@code fp32}, {@code int8} or another element type's name
     * @param shape of the first output, as text
     */
    public record Vertex(String name, String op, String dtype, String shape) {}

    /** A value that flows from one node to another. */
    public record Edge(int from, int to) {}
}
