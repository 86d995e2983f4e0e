package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.program.Lowerable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts casts to f32 in front of every operator that computes on float16 or bfloat16, and back behind it: kernels compute in
 * f32. Every result is rounded as it was, because the cast back rounds; fusion keeps that.
 */
public final class ComputeHalfInFloat implements Pass {
    @Override
    public Graph run(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        Map<String, String> widened = new HashMap<>();
        for (Node node : graph.nodes()) {
            boolean moves = !(node.op() instanceof Lowerable op) || op.keepsBits() || node.op() instanceof Cast;
            boolean halves = node.inputs().stream().anyMatch(value -> isHalf(graph, value));
            if (!moves && halves) {
                widen(edit, node, widened);
            }
        }
        return edit.apply();
    }

    private static boolean isHalf(Graph graph, String value) {
        if (value.isEmpty()) {
            return false;
        }
        DType dtype = graph.type(value).dtype();
        return dtype == DType.FLOAT16 || dtype == DType.BFLOAT16;
    }

    private static void widen(GraphEdit edit, Node node, Map<String, String> widened) {
        Graph graph = edit.graph();
        List<Node> nodes = new ArrayList<>();
        List<String> inputs = new ArrayList<>();
        for (String input : node.inputs()) {
            inputs.add(
                    isHalf(graph, input)
                            ? widened.computeIfAbsent(input, value -> cast(edit, value, DType.FLOAT32, nodes))
                            : input);
        }
        List<String> outputs = new ArrayList<>();
        List<Node> back = new ArrayList<>();
        for (String output : node.outputs()) {
            if (!isHalf(graph, output)) {
                outputs.add(output);
                continue;
            }
            String wide = edit.fresh(output + ".f32");
            outputs.add(wide);
            back.add(new Node(
                    edit.fresh(output + ".cast"),
                    new Cast(graph.type(output).dtype()),
                    List.of(wide),
                    List.of(output)));
        }
        nodes.add(new Node(node.name(), node.op(), inputs, outputs));
        nodes.addAll(back);
        edit.replace(node, nodes.toArray(Node[]::new));
    }

    private static String cast(GraphEdit edit, String value, DType to, List<Node> nodes) {
        String wide = edit.fresh(value + "." + to.text());
        nodes.add(new Node(edit.fresh(value + ".cast"), new Cast(to), List.of(value), List.of(wide)));
        return wide;
    }
}
