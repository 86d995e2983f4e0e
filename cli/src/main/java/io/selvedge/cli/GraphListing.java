package io.selvedge.cli;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** A graph as text: inputs, constants by type, one node per line, outputs. */
final class GraphListing {
    private GraphListing() {}

    static String of(Graph graph) {
        StringBuilder out = new StringBuilder("graph " + graph.name() + "\n");
        graph.inputs()
                .forEach(input ->
                        out.append("  input ").append(typed(graph, input)).append('\n'));
        graph.constants()
                .keySet()
                .forEach(name ->
                        out.append("  constant ").append(typed(graph, name)).append('\n'));
        for (Node node : graph.nodes()) {
            out.append("  ")
                    .append(node.outputs().stream()
                            .filter(output -> !output.isEmpty())
                            .map(output -> typed(graph, output))
                            .collect(Collectors.joining(", ")))
                    .append(" = ")
                    .append(node.op().domain().isEmpty() ? "" : node.op().domain() + ".")
                    .append(node.op().type())
                    .append(node.inputs().stream()
                            .map(input -> input.isEmpty() ? "_" : "%" + input)
                            .collect(Collectors.joining(", ", "(", ")")))
                    .append(attributes(node.op().attributes()))
                    .append(node.name().isEmpty() ? "" : "  # " + node.name())
                    .append('\n');
        }
        graph.outputs()
                .forEach(output ->
                        out.append("  output ").append(typed(graph, output)).append('\n'));
        return out.toString();
    }

    private static String typed(Graph graph, String value) {
        return "%" + value + ": " + graph.type(value);
    }

    private static String attributes(Map<String, Object> attributes) {
        return attributes.isEmpty()
                ? ""
                : attributes.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
                        .collect(Collectors.joining(", ", " {", "}"));
    }

    private static String text(Object value) {
        return switch (value) {
            case long[] longs -> Arrays.toString(longs);
            case float[] floats -> Arrays.toString(floats);
            case String[] strings -> Arrays.toString(strings);
            case String string -> "\"" + string + "\"";
            case Tensor tensor -> "<" + tensor.type() + ">";
            default -> value.toString();
        };
    }
}
