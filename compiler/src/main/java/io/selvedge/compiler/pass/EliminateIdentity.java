package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.Optional;

/** Operators that hand their first input on unchanged go: {@code y = Identity(x)}, a Cast to the same dtype, {@code x * 1}. */
public final class EliminateIdentity implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        for (Node node : graph.nodes()) {
            if (node.op().domain().isEmpty() && isIdentity(graph, edit, node)) {
                edit.forward(node, node.input(0));
            }
        }
        return edit.apply();
    }

    private static boolean isIdentity(Graph graph, GraphEdit edit, Node node) {
        boolean sameType = node.hasInput(0)
                && !node.output().isEmpty()
                && graph.type(node.input(0)).equals(graph.type(node.output()));
        return sameType
                && switch (node.op().type()) {
                    case "Identity",
                            "Cast",
                            "CastLike",
                            "Reshape",
                            "Flatten",
                            "Squeeze",
                            "Unsqueeze",
                            "Expand",
                            "Tile" -> true;
                    case "Dropout" ->
                        node.outputs().stream()
                                .skip(1)
                                .allMatch(mask -> edit.consumers(mask).isEmpty() && !edit.isOutput(mask));
                    case "Transpose" -> isSorted(node);
                    case "Pad" ->
                        constant(graph, node, 1).map(pads -> all(pads, 0)).orElse(false);
                    case "Slice" ->
                        !node.hasInput(4)
                                || constant(graph, node, 4)
                                        .map(steps -> all(steps, 1))
                                        .orElse(false);
                    case "Concat", "Sum", "Max", "Min", "Mean" -> node.inputs().size() == 1;
                    case "Mul", "Div" ->
                        constant(graph, node, 1).map(factor -> all(factor, 1)).orElse(false);
                    case "Add", "Sub" ->
                        constant(graph, node, 1).map(term -> all(term, 0)).orElse(false);
                    default -> false;
                };
    }

    private static boolean isSorted(Node transpose) {
        long[] perm = (long[]) transpose.op().attributes().get("perm");
        return perm != null && Arrays.equals(perm, Arrays.stream(perm).sorted().toArray());
    }

    private static Optional<Tensor> constant(Graph graph, Node node, int input) {
        return graph.constant(node.input(input));
    }

    private static boolean all(Tensor tensor, double value) {
        for (int i = 0; i < tensor.elements(); i++) {
            if (tensor.getDouble(i) != value) {
                return false;
            }
        }
        return true;
    }
}
