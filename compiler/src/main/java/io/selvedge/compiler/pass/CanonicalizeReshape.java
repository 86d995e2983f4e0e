package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Reshape;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Flatten, Squeeze and Unsqueeze become Reshape with a constant shape, and a Reshape of a Reshape reads the first one's input. */
public final class CanonicalizeReshape implements Pass {
    private static final Set<String> RESHAPES = Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze");

    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op().domain().isEmpty() && RESHAPES.contains(node.op().type())) {
                Shape shape = graph.type(node.output()).shape();
                // A zero in Reshape's shape means something else than an empty axis.
                if (shape.elements() > 0) {
                    canonicalize(edit, node, shape);
                }
            }
        }
        return edit.apply();
    }

    private static void canonicalize(GraphEdit edit, Node node, Shape shape) {
        String source = source(edit, node.input(0));
        if (source.equals(node.input(0)) && isCanonical(edit.graph(), node, shape)) {
            return;
        }
        edit.replace(node, reshape(edit, node.name(), source, shape, node.output()));
    }

    /** What a chain of reshapes reads; it holds whatever else this pass does to them. */
    private static String source(GraphEdit edit, String value) {
        return edit.original(value)
                .filter(node -> node.op().domain().isEmpty()
                        && RESHAPES.contains(node.op().type()))
                .map(node -> source(edit, node.input(0)))
                .orElse(value);
    }

    /** A Reshape to a static shape. */
    static Node reshape(GraphEdit edit, String name, String source, Shape shape, String output) {
        String extents = edit.constant(output + ".shape", Tensor.longs(longs(shape), shape.rank()));
        return new Node(name, new Reshape(false), List.of(source, extents), List.of(output));
    }

    private static boolean isCanonical(Graph graph, Node node, Shape shape) {
        return node.op() instanceof Reshape
                && graph.constant(node.input(1))
                        .filter(extents -> Arrays.equals(extents.toLongs(), longs(shape)))
                        .isPresent();
    }

    private static long[] longs(Shape shape) {
        return Arrays.stream(shape.extents()).asLongStream().toArray();
    }
}
