package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Equal operators on equal inputs are computed once, equal constants stored once; the first one stays. */
public final class EliminateCommonSubexpressions implements Pass {
    /** What makes two nodes compute the same. */
    private record Computation(String domain, String type, String attributes, List<String> inputs, int outputs) {}

    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        Map<Tensor, String> constants = new HashMap<>();
        graph.constants().forEach((name, tensor) -> {
            String first = constants.putIfAbsent(tensor, name);
            if (first != null && !edit.isOutput(name)) {
                edit.rename(name, first);
            }
        });
        Map<Computation, Node> seen = new HashMap<>();
        for (Node node : graph.nodes()) {
            Node first = seen.putIfAbsent(computation(node, edit), node);
            if (first != null && !node.op().isRandom()) {
                merge(node, first, edit);
            }
        }
        return edit.apply();
    }

    private static void merge(Node node, Node first, GraphEdit edit) {
        if (node.outputs().size() == 1) {
            edit.forward(node, first.output());
        } else if (node.outputs().stream().noneMatch(edit::isOutput)
                && node.outputs().stream().noneMatch(String::isEmpty)
                && first.outputs().stream().noneMatch(String::isEmpty)) {
            for (int i = 0; i < node.outputs().size(); i++) {
                edit.rename(node.outputs().get(i), first.outputs().get(i));
            }
            edit.replace(node);
        }
    }

    private static Computation computation(Node node, GraphEdit edit) {
        List<String> inputs = node.inputs().stream().map(edit::current).toList();
        Op op = node.op();
        return new Computation(
                op.domain(), op.type(), text(op), inputs, node.outputs().size());
    }

    private static String text(Op op) {
        return op.attributes().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
                .sorted()
                .collect(Collectors.joining(";"));
    }

    private static String text(Object attribute) {
        return switch (attribute) {
            case long[] values -> Arrays.toString(values);
            case float[] values -> Arrays.toString(values);
            case String[] values -> Arrays.toString(values);
            case Tensor tensor -> tensor.type() + bytes(tensor) + tensor.toTexts();
            default -> attribute.toString();
        };
    }

    private static String bytes(Tensor tensor) {
        byte[] bytes = new byte[tensor.bytes().remaining()];
        tensor.bytes().get(bytes);
        return Arrays.toString(bytes);
    }
}
