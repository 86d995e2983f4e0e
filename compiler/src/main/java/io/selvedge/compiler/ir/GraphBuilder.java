package io.selvedge.compiler.ir;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Grows a graph in topological order and types every value on the way; used once, then dropped. */
public final class GraphBuilder {
    private final String name;
    private final List<String> inputs = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, TensorType> types = new LinkedHashMap<>();
    private final TypeInference inference = new TypeInference();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Integer> suffixes = new HashMap<>();

    /** A graph of that name without inputs, nodes or outputs. */
    public GraphBuilder(String name) {
        this.name = name;
    }

    /** Names that later calls will define, so that {@link #fresh} avoids them. */
    public void reserve(Iterable<String> values) {
        values.forEach(names::add);
    }

    /** Adds an input under a name that is new or reserved, and returns the name. */
    public String input(String value, TensorType type) {
        define(value, type);
        inputs.add(value);
        inference.value(value, type);
        return value;
    }

    /** Adds a constant under a name that is new or reserved. */
    public String namedConstant(String value, Tensor tensor) {
        define(value, tensor.type());
        constants.put(value, tensor);
        inference.constant(value, tensor);
        return value;
    }

    /** Adds a constant under a fresh name made from the hint. */
    public String constant(String hint, Tensor tensor) {
        return namedConstant(fresh(hint), tensor);
    }

    /** Adds a node with one output; node and value get a fresh name made from the hint. */
    public String add(String hint, Op op, String... nodeInputs) {
        String value = fresh(hint);
        add(new Node(value, op, List.of(nodeInputs), List.of(value)));
        return value;
    }

    /** Adds a node whose inputs are defined and whose outputs are new or reserved; an empty output name is an unused output. */
    public void add(Node node) {
        List<TensorType> inferred = inference.infer(node);
        for (int i = 0; i < node.outputs().size(); i++) {
            if (!node.outputs().get(i).isEmpty()) {
                define(node.outputs().get(i), inferred.get(i));
            }
        }
        nodes.add(node);
    }

    /** The nodes that were added behind the first {@code count}. */
    public List<Node> nodesBehind(int count) {
        return List.copyOf(nodes.subList(count, nodes.size()));
    }

    /** The nodes so far, in the order of calls. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** Makes a value an output, in the order of calls. */
    public void output(String value) {
        outputs.add(value);
    }

    /** Whether the value was added. */
    public boolean defines(String value) {
        return types.containsKey(value);
    }

    /**
     * Type of a value that was added.
     *
     * @throws IllegalStateException when it was not
     */
    public TensorType type(String value) {
        return inference.type(value).orElseThrow(() -> new IllegalStateException("value '" + value + "' has no type"));
    }

    /** The value, where it follows from constants and shapes alone. */
    public Optional<Tensor> known(String value) {
        return inference.known(value);
    }

    /** Inputs of the graph that a value is computed from, in the graph's order. */
    public Set<String> inputsBehind(String value) {
        Set<String> behind = new HashSet<>(Set.of(value));
        for (Node node : nodes.reversed()) {
            if (node.outputs().stream().anyMatch(behind::contains)) {
                behind.addAll(node.inputs());
            }
        }
        Set<String> found = new LinkedHashSet<>(inputs);
        found.retainAll(behind);
        return found;
    }

    /** A name that nothing has yet: the hint itself, else the hint with a number. */
    public String fresh(String hint) {
        String candidate = hint;
        while (names.contains(candidate)) {
            candidate = hint + "_" + suffixes.merge(hint, 1, Integer::sum);
        }
        names.add(candidate);
        return candidate;
    }

    /**
     * The graph of everything added so far.
     *
     * @throws SelvedgeException BAD_GRAPH when an output is not defined
     */
    public Graph build() {
        for (String output : outputs) {
            if (!types.containsKey(output)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "graph output '" + output + "' is defined by no input, constant or node");
            }
        }
        return new Graph(name, inputs, outputs, constants, nodes, types);
    }

    private void define(String value, TensorType type) {
        names.add(value);
        requireAddressable(value, type);
        if (types.put(value, type) != null) {
            throw new SelvedgeException(
                    ErrorCode.BAD_GRAPH, "value '" + value + "' is defined twice; a value has one definition");
        }
    }

    /** Later stages count elements in ints. */
    private static void requireAddressable(String value, TensorType type) {
        long elements = 1;
        for (Dim dim : type.shape().dims()) {
            long extent = dim instanceof Dim.Known(long known) ? known : 1;
            if (extent > Integer.MAX_VALUE || (extent > 0 && elements > Integer.MAX_VALUE / extent)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "value '" + value + "' would be " + type + "; the largest tensor has " + Integer.MAX_VALUE
                                + " elements");
            }
            elements *= extent;
        }
    }
}
