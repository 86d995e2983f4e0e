package io.selvedge.compiler.ir;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a graph costs whatever runs it.
 *
 * @param macs multiply-accumulate operations of one run
 * @param parameters elements of the constants that nodes read
 * @param parameterBytes their bytes, each constant counted once
 */
public record GraphCost(long macs, long parameters, long parameterBytes) {
    public static GraphCost of(Graph graph) {
        long macs = 0;
        long parameters = 0;
        long bytes = 0;
        Set<String> seen = new HashSet<>();
        for (Node node : graph.nodes()) {
            macs += macs(graph, node);
            for (String input : node.inputs()) {
                if (graph.isConstant(input) && seen.add(input)) {
                    TensorType type = graph.type(input);
                    parameters += type.shape().elements();
                    bytes += type.shape().elements() * type.dtype().bytes();
                }
            }
        }
        return new GraphCost(macs, parameters, bytes);
    }

    /** Multiply-accumulate operations of one node. */
    public static long macs(Graph graph, Node node) {
        List<TensorType> inputs = node.inputs().stream()
                .filter(input -> !input.isEmpty())
                .map(graph::type)
                .toList();
        return node.op()
                .macs(
                        inputs,
                        node.outputs().stream()
                                .filter(output -> !output.isEmpty())
                                .map(graph::type)
                                .toList());
    }
}
