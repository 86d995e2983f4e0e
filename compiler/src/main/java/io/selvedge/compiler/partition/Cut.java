package io.selvedge.compiler.partition;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cuts a graph into parts, alternately native and delegated, each as large as what came before allows. */
final class Cut {
    private final Graph graph;
    private final Set<String> delegated;
    private final List<Part.Kind> kinds = new ArrayList<>();
    private final List<List<Node>> groups = new ArrayList<>();
    /** Number of the part that makes a value; none for inputs and constants. */
    private final Map<String, Integer> makers = new HashMap<>();

    /** @param delegated names of nodes */
    Cut(Graph graph, Set<String> delegated) {
        this.graph = graph;
        this.delegated = delegated;
        Set<String> ready = new HashSet<>(graph.inputs());
        ready.addAll(graph.constants().keySet());
        ready.add("");
        List<Node> left = graph.nodes();
        Part.Kind kind = Part.Kind.NATIVE;
        while (!left.isEmpty()) {
            List<Node> group = new ArrayList<>();
            List<Node> later = new ArrayList<>();
            for (Node node : left) {
                boolean fits = kind(node) == kind && ready.containsAll(node.inputs());
                (fits ? group : later).add(node);
                if (fits) {
                    ready.addAll(node.outputs());
                }
            }
            if (!group.isEmpty()) {
                int number = groups.size();
                group.forEach(node -> node.outputs().forEach(output -> makers.put(output, number)));
                groups.add(group);
                kinds.add(kind);
            }
            left = later;
            kind = kind.other();
        }
    }

    private Part.Kind kind(Node node) {
        return delegated.contains(node.name()) ? Part.Kind.DELEGATED : Part.Kind.NATIVE;
    }

    /**
     * Native nodes between a value of open shape and a reader in a later part, by what they hold up: delegated too, they and
     * the reader join the part that makes the value.
     */
    Map<String, String> between() {
        Map<String, String> found = new LinkedHashMap<>();
        for (int number = 0; number < groups.size(); number++) {
            for (Node reader : groups.get(number)) {
                for (String input : reader.inputs()) {
                    int maker = makers.getOrDefault(input, number);
                    if (maker < number && !graph.type(input).shape().isStatic()) {
                        behind(reader, maker)
                                .forEach(name -> found.put(
                                        name,
                                        "'" + reader.name() + "' needs it together with '" + input
                                                + "', whose extents are known only at run time"));
                    }
                }
            }
        }
        return found;
    }

    /** Native nodes of parts after one, that a node is computed from. */
    private List<String> behind(Node reader, int after) {
        Set<String> values = new HashSet<>(reader.inputs());
        List<String> names = new ArrayList<>();
        for (Node node : graph.nodes().reversed()) {
            if (node.outputs().stream().anyMatch(values::contains)) {
                values.addAll(node.inputs());
                if (makers.getOrDefault(node.output(), -1) > after && !delegated.contains(node.name())) {
                    names.add(node.name());
                }
            }
        }
        return names;
    }

    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (int number = 0; number < groups.size(); number++) {
            parts.add(new Part(kinds.get(number), part(graph, groups.get(number), graph.name() + "_" + number)));
        }
        return parts;
    }

    /** Nodes of a graph as a graph of their own. */
    static Graph part(Graph whole, List<Node> nodes, String name) {
        Set<String> made = new LinkedHashSet<>();
        nodes.forEach(node -> made.addAll(node.outputs()));
        made.remove("");
        Set<String> readElsewhere = new HashSet<>(whole.outputs());
        Set<Node> own = new HashSet<>(nodes);
        whole.nodes().stream().filter(node -> !own.contains(node)).forEach(node -> readElsewhere.addAll(node.inputs()));
        Set<String> inputs = new LinkedHashSet<>();
        Map<String, Tensor> constants = new LinkedHashMap<>();
        Map<String, TensorType> types = new LinkedHashMap<>();
        for (Node node : nodes) {
            for (String input : node.inputs()) {
                if (input.isEmpty()) {
                    continue;
                }
                types.put(input, whole.type(input));
                whole.constant(input).ifPresent(tensor -> constants.put(input, tensor));
                if (!whole.isConstant(input) && !made.contains(input)) {
                    inputs.add(input);
                }
            }
        }
        made.forEach(value -> types.put(value, whole.type(value)));
        List<String> outputs = made.stream().filter(readElsewhere::contains).toList();
        return new Graph(name, List.copyOf(inputs), outputs, constants, nodes, types);
    }
}
