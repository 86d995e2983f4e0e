package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which channels (axis 1) of which values can only be scaled together: those that a positively homogeneous function
 * ({@code f(s x) = s f(x)} for s > 0) or a sum ties. A class is free when nothing else reads or makes any of its members: then
 * the layers that make it can multiply, and the layers that read it divide their weights by one factor, and the model
 * computes the same.
 */
final class ChannelClasses {
    private static final Set<String> HOMOGENEOUS = Set.of(
            "Relu", "LeakyRelu", "Identity", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Dropout");
    private static final Set<String> SHAPES = Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze");

    private final Graph graph;
    private final Map<String, Integer> first = new HashMap<>();
    private int[] parent = new int[64];
    private boolean[] fixed = new boolean[64];
    private int count;

    ChannelClasses(Graph graph) {
        this.graph = graph;
        graph.inputs().forEach(this::fix);
        graph.nodes().forEach(this::visit);
        graph.outputs().forEach(this::fix);
    }

    /** Channels of a value; 0 for what has none. */
    int channels(String value) {
        int rank = graph.type(value).shape().rank();
        return rank < 2 ? 0 : graph.type(value).shape().extent(1);
    }

    /** Number of the class, the same for all members. */
    int of(String value, int channel) {
        return find(slot(value) + channel);
    }

    boolean isFree(int label) {
        return !fixed[find(label)];
    }

    private void visit(Node node) {
        String type = node.op().type();
        String out = node.output();
        if (node.outputs().size() != 1 || graph.type(out).dtype() != DType.FLOAT32) {
            fixAll(node);
        } else if (Quantizer.isQuantizable(graph, node)) {
            slot(node.input(0));
            slot(out);
        } else if (HOMOGENEOUS.contains(type)) {
            tie(node.input(0), out);
        } else if ((type.equals("Add") || type.equals("Sub")) && alike(node.input(0), node.input(1))) {
            tie(node.input(0), out);
            tie(node.input(1), out);
        } else if (type.equals("Mul") && gate(node) >= 0) {
            tie(node.input(1 - gate(node)), out);
            fix(node.input(gate(node)));
        } else if (type.equals("Concat") && node.inputs().stream().noneMatch(graph::isConstant)) {
            concat(node);
        } else if (SHAPES.contains(type) && unfolds(node.input(0), out)) {
            unfold(node.input(0), out);
        } else {
            fixAll(node);
        }
    }

    private boolean alike(String a, String b) {
        return !graph.isConstant(a) && !graph.isConstant(b) && graph.type(a).equals(graph.type(b)) && channels(a) > 0;
    }

    /** The operand of a product that only gates channels: [N,C,1,1] beside [N,C,H,W]; -1 when there is none. */
    private int gate(Node node) {
        String out = node.output();
        for (int i = 0; i < 2; i++) {
            String gate = node.input(i);
            String other = node.input(1 - i);
            if (!graph.isConstant(gate)
                    && !graph.isConstant(other)
                    && graph.type(other).equals(graph.type(out))
                    && !graph.type(gate).equals(graph.type(out))) {
                return i;
            }
        }
        return -1;
    }

    private void concat(Node node) {
        Object axis = node.op().attributes().get("axis");
        boolean channelAxis = Long.valueOf(1).equals(axis);
        int offset = 0;
        for (String input : node.inputs()) {
            for (int c = 0; c < channels(input); c++) {
                union(slot(input) + c, slot(node.output()) + (channelAxis ? offset : 0) + c);
            }
            offset += channels(input);
        }
    }

    /** [N,C,spatial] to [N,C*spatial], which keeps the order of elements, or a change of extents of 1 behind the channels. */
    private boolean unfolds(String from, String to) {
        return channels(from) > 0
                && channels(to) > 0
                && graph.type(from).shape().extent(0) == graph.type(to).shape().extent(0)
                && channels(to) % channels(from) == 0;
    }

    private void unfold(String from, String to) {
        int each = channels(to) / channels(from);
        for (int c = 0; c < channels(to); c++) {
            union(slot(from) + c / each, slot(to) + c);
        }
    }

    private void tie(String from, String to) {
        for (int c = 0; c < Math.min(channels(from), channels(to)); c++) {
            union(slot(from) + c, slot(to) + c);
        }
    }

    private void fixAll(Node node) {
        node.inputs().stream()
                .filter(input -> !input.isEmpty() && !graph.isConstant(input))
                .forEach(this::fix);
        node.outputs().stream().filter(output -> !output.isEmpty()).forEach(this::fix);
    }

    private void fix(String value) {
        int from = slot(value);
        for (int c = 0; c < channels(value); c++) {
            fixed[find(from + c)] = true;
        }
    }

    private int slot(String value) {
        Integer known = first.get(value);
        if (known != null) {
            return known;
        }
        int from = count;
        first.put(value, from);
        count += channels(value);
        if (count > parent.length) {
            parent = Arrays.copyOf(parent, Math.max(count, 2 * parent.length));
            fixed = Arrays.copyOf(fixed, parent.length);
        }
        for (int i = from; i < count; i++) {
            parent[i] = i;
        }
        return from;
    }

    private int find(int slot) {
        int root = slot;
        while (parent[root] != root) {
            root = parent[root];
        }
        int at = slot;
        while (parent[at] != root) {
            int next = parent[at];
            parent[at] = root;
            at = next;
        }
        return root;
    }

    private void union(int a, int b) {
        int first = find(a);
        int second = find(b);
        if (first != second) {
            parent[second] = first;
            fixed[first] |= fixed[second];
        }
    }

    /** Values that have channels, in the order of the graph. */
    List<String> values() {
        return graph.types().keySet().stream().filter(first::containsKey).toList();
    }
}
