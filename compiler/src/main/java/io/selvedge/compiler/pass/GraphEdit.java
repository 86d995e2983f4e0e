package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.ir.TypeInference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The changes that one pass makes to a graph, collected against the graph as it was and applied at once; what nobody reads
 * afterwards goes. A node is changed at most once: rules that build on each other run again on the result.
 */
final class GraphEdit {
    private final Graph graph;
    private final Map<String, Node> producers;
    private final Map<String, List<Node>> consumers;
    private final Set<String> outputs;
    private final IdentityHashMap<Node, List<Node>> replacements = new IdentityHashMap<>();
    private final Set<Node> used = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, String> renamed = new HashMap<>();
    private final Map<String, Tensor> constants;
    private final Set<String> names;

    GraphEdit(Graph graph) {
        this.graph = graph;
        this.producers = graph.producers();
        this.consumers = graph.consumers();
        this.outputs = new HashSet<>(graph.outputs());
        this.constants = new LinkedHashMap<>(graph.constants());
        this.names = new HashSet<>(graph.types().keySet());
        graph.nodes().forEach(node -> names.add(node.name()));
    }

    Graph graph() {
        return graph;
    }

    /** The node that made a value before this edit. */
    Optional<Node> original(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    /** The node that makes a value, unless this edit has changed it already. */
    Optional<Node> producer(String value) {
        return original(value).filter(node -> !changed(node));
    }

    /** The node of one of these types that makes a value. */
    Optional<Node> producer(String value, Set<String> types) {
        return producer(value)
                .filter(node ->
                        node.op().domain().isEmpty() && types.contains(node.op().type()));
    }

    List<Node> consumers(String value) {
        return consumers.getOrDefault(value, List.of());
    }

    boolean isOutput(String value) {
        return outputs.contains(value);
    }

    /** One node reads it, once, and it does not leave the graph. */
    boolean readOnce(String value) {
        return consumers(value).size() == 1 && !isOutput(value);
    }

    boolean changed(Node node) {
        return used.contains(node);
    }

    /** Marks a node as part of a change: its replacement relies on it as it is. */
    void use(Node node) {
        used.add(node);
    }

    /** Puts nodes in the place of one; they define its outputs. */
    void replace(Node node, Node... replacement) {
        use(node);
        replacements.put(node, List.of(replacement));
    }

    /** Removes a node whose outputs are known values. */
    void replace(Node node, Map<String, Tensor> values) {
        replace(node);
        constants.putAll(values);
    }

    /**
     * Removes a node whose output equals another value. A graph output keeps its name: then the other value takes it, which
     * needs that value to be made by a node and to be no output itself.
     *
     * @return whether that was possible
     */
    boolean forward(Node node, String to) {
        String from = node.output();
        String target = current(to);
        if (isOutput(from)) {
            if (!producers.containsKey(target) || isOutput(target) || constants.containsKey(target)) {
                return false;
            }
            renamed.put(target, from);
        } else {
            renamed.put(from, target);
        }
        replace(node);
        return true;
    }

    /** The name that a value has after the changes so far. */
    String current(String value) {
        String name = value;
        while (renamed.containsKey(name)) {
            name = renamed.get(name);
        }
        return name;
    }

    /** Lets readers of a value read another one that equals it. */
    void rename(String from, String to) {
        renamed.put(from, current(to));
    }

    String constant(String hint, Tensor tensor) {
        String name = fresh(hint);
        constants.put(name, tensor);
        return name;
    }

    /** A name that nothing has yet: the hint, else the hint with a number. */
    String fresh(String hint) {
        String candidate = hint;
        for (int i = 1; !names.add(candidate); i++) {
            candidate = hint + "_" + i;
        }
        return candidate;
    }

    /** The changed graph; the same instance when nothing was replaced or renamed. */
    Graph apply() {
        if (replacements.isEmpty() && renamed.isEmpty()) {
            return graph;
        }
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            for (Node next : replacements.getOrDefault(node, List.of(node))) {
                nodes.add(new Node(next.name(), next.op(), current(next.inputs()), current(next.outputs())));
            }
        }
        return rebuilt(Graph.live(nodes, graph.outputs()));
    }

    private List<String> current(List<String> values) {
        return values.stream().map(this::current).toList();
    }

    private Graph rebuilt(List<Node> nodes) {
        Set<String> read = new HashSet<>(graph.outputs());
        nodes.forEach(node -> read.addAll(node.inputs()));
        TypeInference inference = new TypeInference();
        Map<String, TensorType> types = new LinkedHashMap<>();
        Map<String, Tensor> kept = new LinkedHashMap<>();
        for (String input : graph.inputs()) {
            types.put(input, graph.type(input));
            inference.value(input, graph.type(input));
        }
        constants.forEach((name, tensor) -> {
            if (read.contains(name)) {
                kept.put(name, tensor);
                types.put(name, tensor.type());
                inference.constant(name, tensor);
            }
        });
        for (Node node : nodes) {
            List<TensorType> inferred = inference.infer(node);
            for (int i = 0; i < node.outputs().size(); i++) {
                if (!node.outputs().get(i).isEmpty()) {
                    types.put(node.outputs().get(i), inferred.get(i));
                }
            }
        }
        return graph.with(nodes, kept, types);
    }
}
