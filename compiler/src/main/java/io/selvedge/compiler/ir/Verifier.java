package io.selvedge.compiler.ir;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks that a graph keeps its promises; runs after import and after every pass. */
public final class Verifier {
    private Verifier() {}

    /**
     * Single assignment, topological order, types equal to what {@link Op#infer} says, outputs defined.
     *
     * @throws IllegalStateException that names the broken promise: a pass is wrong, not the user
     */
    public static void verify(Graph graph) {
        Set<String> defined = new HashSet<>();
        Set<String> nodeNames = new HashSet<>();
        TypeInference inference = new TypeInference();
        for (String input : graph.inputs()) {
            define(graph, defined, input);
            inference.value(input, graph.type(input));
        }
        graph.constants().forEach((value, tensor) -> {
            define(graph, defined, value);
            require(
                    graph,
                    tensor.type().equals(graph.types().get(value)),
                    "constant '" + value + "' is " + tensor.type() + " but typed "
                            + graph.types().get(value));
            inference.constant(value, tensor);
        });
        for (Node node : graph.nodes()) {
            require(graph, nodeNames.add(node.name()), "two nodes are named '" + node.name() + "'");
            require(graph, !node.outputs().isEmpty(), "node '" + node.name() + "' has no output");
            for (String input : node.inputs()) {
                require(
                        graph,
                        input.isEmpty() || defined.contains(input),
                        "node '" + node.name() + "' reads '" + input + "' before it is defined");
            }
            List<TensorType> inferred = inference.infer(node);
            for (int i = 0; i < node.outputs().size(); i++) {
                String output = node.outputs().get(i);
                if (!output.isEmpty()) {
                    define(graph, defined, output);
                    require(
                            graph,
                            inferred.get(i).equals(graph.types().get(output)),
                            "value '" + output + "' of node '"
                                    + node.name() + "' is typed "
                                    + graph.types().get(output) + " but "
                                    + node.op().type()
                                    + " gives " + inferred.get(i));
                }
            }
        }
        for (String output : graph.outputs()) {
            require(graph, defined.contains(output), "output '" + output + "' is not defined");
        }
    }

    private static void define(Graph graph, Set<String> defined, String value) {
        require(graph, defined.add(value), "value '" + value + "' is defined twice");
    }

    private static void require(Graph graph, boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("graph '" + graph.name() + "': " + otherwise);
        }
    }
}
