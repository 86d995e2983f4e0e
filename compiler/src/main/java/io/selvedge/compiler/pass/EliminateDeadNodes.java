package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Nodes and constants that no output depends on go. */
public final class EliminateDeadNodes implements Pass {
    @Override
    public Graph run(Graph graph) {
        List<Node> live = Graph.live(graph.nodes(), graph.outputs());
        Set<String> defined = new HashSet<>(graph.inputs());
        defined.addAll(graph.outputs());
        live.forEach(node -> {
            defined.addAll(node.inputs());
            defined.addAll(node.outputs());
        });
        if (live.size() == graph.nodes().size()
                && defined.containsAll(graph.constants().keySet())) {
            return graph;
        }
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        constants.keySet().retainAll(defined);
        Map<String, TensorType> types = new LinkedHashMap<>(graph.types());
        types.keySet().retainAll(defined);
        return graph.with(live, constants, types);
    }
}
