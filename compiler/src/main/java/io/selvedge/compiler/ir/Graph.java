package io.selvedge.compiler.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An immutable dataflow graph in single-assignment form. Values are names; nodes are in topological order.
 *
 * @param types of every value: inputs, constants and node outputs
 */
public record Graph(
        String name,
        List<String> inputs,
        List<String> outputs,
        Map<String, Tensor> constants,
        List<Node> nodes,
        Map<String, TensorType> types) {
    public Graph {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
        nodes = List.copyOf(nodes);
        types = Collections.unmodifiableMap(new LinkedHashMap<>(types));
    }

    /**
     * Type of a value.
     *
     * @throws IllegalStateException when the graph has no such value
     */
    public TensorType type(String value) {
        TensorType type = types.get(value);
        if (type == null) {
            throw new IllegalStateException("value '" + value + "' has no type");
        }
        return type;
    }

    /** What a constant holds; empty for every other value. */
    public Optional<Tensor> constant(String value) {
        return Optional.ofNullable(constants.get(value));
    }

    /** Whether a value is a constant. */
    public boolean isConstant(String value) {
        return constants.containsKey(value);
    }

    /** The node that produces each value. */
    public Map<String, Node> producers() {
        Map<String, Node> producers = new LinkedHashMap<>();
        nodes.forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
        return producers;
    }

    /** The nodes that read each value, in order; a node that reads it twice is listed twice. */
    public Map<String, List<Node>> consumers() {
        Map<String, List<Node>> consumers = new LinkedHashMap<>();
        for (Node node : nodes) {
            for (String input : node.inputs()) {
                if (!input.isEmpty()) {
                    consumers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node);
                }
            }
        }
        return consumers;
    }

    /** The nodes that the outputs depend on, in order. */
    public static List<Node> live(List<Node> nodes, List<String> outputs) {
        Set<String> read = new HashSet<>(outputs);
        List<Node> live = new ArrayList<>();
        for (Node node : nodes.reversed()) {
            if (node.outputs().stream().anyMatch(output -> !output.isEmpty() && read.contains(output))) {
                live.add(node);
                read.addAll(node.inputs());
            }
        }
        return live.reversed();
    }

    /** The same graph with other nodes and constants; types of values that the caller adds must be in {@code types}. */
    public Graph with(List<Node> nodes, Map<String, Tensor> constants, Map<String, TensorType> types) {
        return new Graph(name, inputs, outputs, constants, nodes, types);
    }
}
