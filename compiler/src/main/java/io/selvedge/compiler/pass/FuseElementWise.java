package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.FusedMap;
import io.selvedge.compiler.program.Expr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Element-wise f32 nodes become expressions; a node joins its readers when all of them are in one expression of its shape. */
public final class FuseElementWise implements Pass {
    private static final int MOST_NODES = 24;
    private static final int MOST_TERMS = 96;

    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes().reversed()) {
            if (!edit.changed(node) && ElementExpr.isElementWise(graph, node)) {
                for (int most = MOST_NODES; !fuse(edit, node, most); most /= 2) {
                    // Values that are read twice repeat their expression: with fewer nodes it is shorter.
                }
            }
        }
        return edit.apply();
    }

    private static boolean fuse(GraphEdit edit, Node root, int most) {
        Graph graph = edit.graph();
        List<Node> nodes = region(edit, root, most);
        List<String> inputs = new ArrayList<>();
        Map<String, Expr> values = new HashMap<>();
        for (Node node : nodes) {
            values.put(
                    node.output(),
                    ElementExpr.of(graph, node, value -> Optional.of(operand(graph, value, values, inputs, root)))
                            .orElseThrow());
        }
        Expr expr = values.getOrDefault(root.output(), new Expr.Input(0));
        if (nodes.size() > 1 && ElementExpr.size(expr) > MOST_TERMS) {
            return false;
        }
        FusedMap map = new FusedMap(expr, graph.type(root.output()).dtype());
        nodes.forEach(node -> edit.replace(node));
        edit.replace(root, new Node(ElementExpr.name(nodes), map, inputs, root.outputs()));
        return true;
    }

    private static Expr operand(Graph graph, String value, Map<String, Expr> values, List<String> inputs, Node root) {
        Expr inside = values.get(value);
        if (inside != null) {
            return inside;
        }
        boolean wide = graph.type(value).shape().rank()
                > graph.type(root.output()).shape().rank();
        return ElementExpr.number(graph, value).filter(_ -> !wide).orElseGet(() -> {
            if (!inputs.contains(value)) {
                inputs.add(value);
            }
            return new Expr.Input(inputs.indexOf(value));
        });
    }

    /** The root and what only it depends on, in order. */
    private static List<Node> region(GraphEdit edit, Node root, int most) {
        Graph graph = edit.graph();
        TensorType type = graph.type(root.output());
        List<Node> region = new ArrayList<>(List.of(root));
        List<Node> all = graph.nodes();
        for (Node node : all.subList(0, all.indexOf(root)).reversed()) {
            boolean joins = region.size() < most
                    && !edit.changed(node)
                    && ElementExpr.isElementWise(graph, node)
                    && graph.type(node.output()).shape().equals(type.shape())
                    && !edit.isOutput(node.output())
                    && !edit.consumers(node.output()).isEmpty()
                    && region.containsAll(edit.consumers(node.output()));
            if (joins) {
                region.addFirst(node);
            }
        }
        return region;
    }
}
