package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.pass.EliminateDeadNodes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Layers that can go: readers of one value read another one of equal type, and what nobody needs then is gone.
 *
 * @param name of the node that makes the value
 * @param value that is no longer made
 * @param by what its readers read instead
 * @param nodes names of the nodes that go
 * @param macs their multiply-accumulates
 */
public record LayerCut(String name, String value, String by, List<String> nodes, long macs) {
    public LayerCut {
        nodes = List.copyOf(nodes);
    }

    /** The graph without these layers. */
    public Graph apply(Graph graph) {
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            List<String> inputs = node.inputs().stream()
                    .map(input -> input.equals(value) ? by : input)
                    .toList();
            nodes.add(node.output().equals(value) ? node : new Node(node.name(), node.op(), inputs, node.outputs()));
        }
        Graph forwarded = graph.with(nodes, graph.constants(), graph.types());
        return new EliminateDeadNodes().run(forwarded);
    }

    /** Names of the nodes that a graph loses when it becomes another one. */
    static List<String> gone(Graph before, Graph after) {
        Set<String> left = new HashSet<>();
        after.nodes().forEach(node -> left.add(node.name()));
        return before.nodes().stream()
                .map(Node::name)
                .filter(node -> !left.contains(node))
                .toList();
    }
}
