package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.Binary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Layers that a graph can do without, as far as shapes go. At a sum of two computed values either may go and the other stays (the
 * branch of a residual block, or its projection). Anywhere else everything between a value and an earlier one of equal type, through
 * which all of it comes, may go.
 */
public final class LayerCuts {
    private static final String INPUT = "";

    private final Graph graph;
    private final Map<String, Node> producers;
    /** The nearest value through which everything comes that a value is computed from. */
    private final Map<String, String> dominators = new HashMap<>();

    private final Map<String, Integer> depths = new HashMap<>();
    /** By the layers that go, so that a layer with and without its activation is one cut. */
    private final Map<Set<String>, LayerCut> found = new LinkedHashMap<>();
    /** Those of sums, which keep what is behind the sum; a segment would take it along. */
    private final Set<Set<String>> branches = new HashSet<>();

    private LayerCuts(Graph graph) {
        this.graph = graph;
        this.producers = graph.producers();
        depths.put(INPUT, 0);
        for (String input : graph.inputs()) {
            place(input, INPUT);
        }
        for (Node node : graph.nodes()) {
            Optional<String> common = node.inputs().stream()
                    .filter(input -> !input.isEmpty() && depths.containsKey(input))
                    .reduce(this::common);
            common.ifPresent(
                    by -> node.outputs().stream().filter(o -> !o.isEmpty()).forEach(o -> place(o, by)));
        }
    }

    private void place(String value, String dominator) {
        dominators.put(value, dominator);
        depths.put(value, depth(dominator) + 1);
    }

    private int depth(String value) {
        return java.util.Objects.requireNonNull(depths.get(value));
    }

    private String above(String value) {
        return java.util.Objects.requireNonNull(dominators.get(value));
    }

    private String common(String a, String b) {
        String left = a;
        String right = b;
        while (!left.equals(right)) {
            if (depth(left) >= depth(right)) {
                left = above(left);
            } else {
                right = above(right);
            }
        }
        return left;
    }

    /** The cuts of a graph, in its order; each removes multiply-accumulates, none touches the graph's outputs. */
    public static List<LayerCut> of(Graph graph) {
        LayerCuts cuts = new LayerCuts(graph);
        cuts.branches();
        cuts.segments();
        return List.copyOf(cuts.found.values());
    }

    private void branches() {
        for (Node node : graph.nodes()) {
            boolean sum = node.op() instanceof Binary(Binary.Kind kind) && kind == Binary.Kind.ADD;
            if (sum && depths.containsKey(node.input(0)) && depths.containsKey(node.input(1))) {
                add(node.output(), node.input(0), false);
                add(node.output(), node.input(1), false);
            }
        }
    }

    private void segments() {
        for (Node node : graph.nodes()) {
            String value = node.output();
            if (!dominators.containsKey(value)) {
                continue;
            }
            String by = above(value);
            while (!by.equals(INPUT) && !add(value, by, true)) {
                by = above(by);
            }
        }
    }

    /** @return whether something of weight lies between the two */
    private boolean add(String value, String by, boolean segment) {
        if (graph.outputs().contains(value)
                || by.equals(value)
                || !graph.type(value).equals(graph.type(by))) {
            return false;
        }
        Node node = java.util.Objects.requireNonNull(producers.get(value));
        LayerCut trial = new LayerCut(node.name(), value, by, List.of(), 0);
        List<String> gone = LayerCut.gone(graph, trial.apply(graph));
        Set<String> names = new HashSet<>(gone);
        Set<String> layers = new HashSet<>();
        long macs = 0;
        for (Node each : graph.nodes()) {
            long own = names.contains(each.name()) ? GraphCost.macs(graph, each) : 0;
            macs += own;
            if (own > 0) {
                layers.add(each.name());
            }
        }
        if (macs == 0) {
            return false;
        }
        LayerCut cut = new LayerCut(node.name(), value, by, gone, macs);
        if (!segment) {
            branches.add(layers);
        }
        LayerCut known = found.putIfAbsent(layers, cut);
        if (known != null
                && segment
                && !branches.contains(layers)
                && known.nodes().size() < gone.size()) {
            found.put(layers, cut);
        }
        return true;
    }
}
