package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.LayerNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * {@code (x - mean) / sqrt(mean((x - mean)^2) + epsilon)} over the last axis, as exporters of old opsets write it, becomes
 * LayerNormalization, with the row that it is multiplied by and the row that is added.
 */
public final class FuseLayerNorm implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (is(node, "Div") && graph.type(node.output()).dtype() == DType.FLOAT32) {
                fuse(edit, node);
            }
        }
        return edit.apply();
    }

    private static boolean is(Node node, String type) {
        return node.op().domain().isEmpty() && node.op().type().equals(type);
    }

    private static void fuse(GraphEdit edit, Node div) {
        Optional<Node> centre = edit.producer(div.input(0), Set.of("Sub"));
        Optional<Node> root = edit.producer(div.input(1), Set.of("Sqrt"));
        Optional<Node> sum = root.flatMap(sqrt -> edit.producer(sqrt.input(0), Set.of("Add")));
        if (centre.isEmpty() || sum.isEmpty()) {
            return;
        }
        String x = centre.get().input(0);
        for (int side = 0; side < 2; side++) {
            OptionalDouble epsilon = number(edit.graph(), sum.get().input(1 - side));
            Optional<String> squares = mean(edit, sum.get().input(side));
            boolean matches = epsilon.isPresent()
                    && squares.filter(value -> isSquare(edit, value, div.input(0)))
                            .isPresent()
                    && mean(edit, centre.get().input(1)).filter(x::equals).isPresent();
            if (matches) {
                replace(edit, div, x, (float) epsilon.getAsDouble());
                return;
            }
        }
    }

    private static OptionalDouble number(Graph graph, String value) {
        return graph.constant(value)
                .filter(tensor -> tensor.elements() == 1)
                .map(tensor -> OptionalDouble.of(tensor.getDouble(0)))
                .orElse(OptionalDouble.empty());
    }

    /** What a value is the mean of over the last axis, which stays with extent 1. */
    private static Optional<String> mean(GraphEdit edit, String value) {
        return edit.producer(value, Set.of("ReduceMean", "GlobalAveragePool"))
                .map(node -> node.input(0))
                .filter(x -> {
                    int[] from = edit.graph().type(x).shape().extents();
                    int[] to = edit.graph().type(value).shape().extents();
                    boolean last = from.length == to.length && from.length > 1 && to[to.length - 1] == 1;
                    for (int axis = 0; last && axis < to.length - 1; axis++) {
                        last = to[axis] == from[axis];
                    }
                    return last;
                });
    }

    private static boolean isSquare(GraphEdit edit, String value, String of) {
        return edit.producer(value, Set.of("Pow", "Mul"))
                .filter(node -> node.input(0).equals(of))
                .filter(node -> is(node, "Mul")
                        ? node.input(1).equals(of)
                        : number(edit.graph(), node.input(1)).orElse(0) == 2)
                .isPresent();
    }

    private static void replace(GraphEdit edit, Node div, String x, float epsilon) {
        TensorType type = edit.graph().type(div.output());
        int columns = type.shape().extent(type.shape().rank() - 1);
        List<Node> nodes = new ArrayList<>(List.of(div));
        Optional<String> scale = row(edit, nodes, "Mul", columns);
        Optional<String> bias = scale.isPresent() ? row(edit, nodes, "Add", columns) : Optional.empty();
        List<String> inputs = new ArrayList<>();
        inputs.add(x);
        inputs.add(scale.orElseGet(() ->
                edit.constant(div.name() + ".ones", Tensor.filled(TensorType.of(DType.FLOAT32, columns), _ -> 1))));
        bias.ifPresent(inputs::add);
        nodes.forEach(node -> edit.replace(node));
        Node last = nodes.getLast();
        edit.replace(
                last,
                new Node(ElementExpr.name(nodes), new LayerNormalization(-1, epsilon), inputs, List.of(last.output())));
    }

    /** The constant row that the last node's result is combined with by the one node that reads it, which then joins. */
    private static Optional<String> row(GraphEdit edit, List<Node> nodes, String type, int columns) {
        String value = nodes.getLast().output();
        if (!edit.readOnce(value)) {
            return Optional.empty();
        }
        Node next = edit.consumers(value).getFirst();
        if (!is(next, type) || edit.changed(next)) {
            return Optional.empty();
        }
        String other = next.input(0).equals(value) ? next.input(1) : next.input(0);
        Optional<Tensor> row = edit.graph()
                .constant(other)
                .filter(tensor -> tensor.shape().rank() == 1 && tensor.elements() == columns);
        if (row.isPresent()) {
            nodes.add(next);
        }
        return row.map(_ -> other);
    }
}
