package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Transposes move towards the outputs through operators that do not care about the order of axes, where they meet their
 * inverses and go; models exported from channels-last frameworks end without any inside. The result is taken only when it
 * moves fewer elements. A Transpose that moves axes of extent 1 only becomes a Reshape.
 */
public final class EliminateTransposes implements Pass {
    private static final Pass IDENTITY = new EliminateIdentity();

    @Override
    public Graph run(Graph graph) {
        if (cost(graph) == 0) {
            return reshapes(graph);
        }
        Graph merged = settle(graph, false);
        Graph sunk = settle(merged, true);
        return reshapes(cost(sunk) < cost(merged) ? sunk : merged);
    }

    private static Graph settle(Graph graph, boolean sink) {
        Graph current = graph;
        while (true) {
            Graph next = step(current, sink);
            if (next == current) {
                return current;
            }
            current = next;
        }
    }

    private static Graph step(Graph graph, boolean sink) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Transpose outer) {
                edit.producer(node.input(0), Set.of("Transpose")).ifPresent(inner -> merge(edit, node, outer, inner));
            } else if (sink) {
                new SinkTranspose(edit, node).sink();
            }
        }
        Graph next = edit.apply();
        return next == graph ? graph : withoutIdentities(next);
    }

    /** Only transposes: other identities are another pass's business, but these would be moved on. */
    private static Graph withoutIdentities(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.op() instanceof Transpose) ? IDENTITY.run(graph) : graph;
    }

    private static void merge(GraphEdit edit, Node node, Transpose outer, Node inner) {
        List<Integer> first = ((Transpose) inner.op()).perm();
        List<Integer> both = outer.perm().stream().map(first::get).toList();
        edit.replace(node, new Node(node.name(), new Transpose(both), inner.inputs(), node.outputs()));
    }

    /** Elements that transposes move. */
    private static long cost(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.op() instanceof Transpose && !keepsOrder(graph, node))
                .mapToLong(node -> graph.type(node.output()).shape().elements())
                .sum();
    }

    private static Graph reshapes(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Transpose && keepsOrder(graph, node)) {
                Shape shape = graph.type(node.output()).shape();
                if (shape.elements() > 0) {
                    edit.replace(
                            node, CanonicalizeReshape.reshape(edit, node.name(), node.input(0), shape, node.output()));
                }
            }
        }
        return edit.apply();
    }

    /** Axes longer than 1 stay in order, so no element moves. */
    private static boolean keepsOrder(Graph graph, Node node) {
        Shape from = graph.type(node.input(0)).shape();
        List<Integer> longer = new ArrayList<>(((Transpose) node.op()).perm());
        longer.removeIf(axis -> from.extent(axis) == 1);
        return longer.equals(longer.stream().sorted().toList());
    }
}
