package io.selvedge.compiler.ir;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Runs a graph node by node with {@link Op#evaluate}: slow, plain and the measure of everything else. */
public final class ReferenceEvaluator {
    private ReferenceEvaluator() {}

    /** The graph's outputs, in the graph's order. */
    public static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
        return run(graph, inputs, (_, _) -> {});
    }

    /**
     * As {@link #run(Graph, Map)}, and shows the visitor every input and every node output as it comes into being.
     *
     * @throws SelvedgeException BAD_DATA when an input is missing or has another dtype or shape
     */
    public static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs, BiConsumer<String, Tensor> visitor) {
        Map<String, Tensor> values = new HashMap<>(graph.constants());
        for (String name : graph.inputs()) {
            Tensor input = inputs.get(name);
            if (input == null || !input.type().equals(graph.type(name))) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA,
                        "input '" + name + "' needs " + graph.type(name) + ", got "
                                + (input == null ? "nothing; given are " + inputs.keySet() : input.type()));
            }
            values.put(name, input);
            visitor.accept(name, input);
        }
        Map<String, Integer> readsLeft = new HashMap<>();
        graph.nodes().forEach(node -> node.inputs().forEach(input -> readsLeft.merge(input, 1, Integer::sum)));
        graph.outputs().forEach(output -> readsLeft.merge(output, 1, Integer::sum));
        for (Node node : graph.nodes()) {
            List<Optional<Tensor>> arguments = new ArrayList<>();
            node.inputs().forEach(input -> arguments.add(Optional.ofNullable(values.get(input))));
            List<Tensor> results = node.evaluate(arguments);
            for (int i = 0; i < node.outputs().size(); i++) {
                String output = node.outputs().get(i);
                if (!output.isEmpty()) {
                    values.put(output, results.get(i));
                    visitor.accept(output, results.get(i));
                }
            }
            node.inputs().forEach(input -> {
                if (readsLeft.merge(input, -1, Integer::sum) == 0) {
                    values.remove(input);
                }
            });
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (String name : graph.outputs()) {
            Tensor value = values.get(name);
            if (value == null) {
                throw new IllegalStateException("output '" + name + "' was not computed");
            }
            outputs.put(name, value);
        }
        return outputs;
    }
}
