package io.selvedge.train.graph;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which constants of a graph training moves, and which nodes gradients go through. Needs no libtorch.
 *
 * @param parameters constants that the optimiser moves
 * @param statistics running means and variances of batch normalisation
 * @param downstream nodes whose outputs depend on a parameter
 */
public record Trainability(Set<String> parameters, Set<String> statistics, List<Node> downstream) {
    /** Inputs that hold weights, by operator. */
    private static final Map<String, List<Integer>> WEIGHTS = Map.ofEntries(
            Map.entry("Conv", List.of(1, 2)),
            Map.entry("ConvTranspose", List.of(1, 2)),
            Map.entry("Gemm", List.of(0, 1, 2)),
            Map.entry("MatMul", List.of(0, 1)),
            Map.entry("BatchNormalization", List.of(1, 2)),
            Map.entry("LayerNormalization", List.of(1, 2)),
            Map.entry("InstanceNormalization", List.of(1, 2)),
            Map.entry("PRelu", List.of(1)),
            Map.entry("LSTM", List.of(1, 2, 3)),
            Map.entry("GRU", List.of(1, 2, 3)),
            Map.entry("RNN", List.of(1, 2, 3)));

    public Trainability {
        parameters = Collections.unmodifiableSet(new LinkedHashSet<>(parameters));
        statistics = Collections.unmodifiableSet(new LinkedHashSet<>(statistics));
        downstream = List.copyOf(downstream);
    }

    /** Looks at a graph. A vector that is added or multiplied is a parameter behind others, and preprocessing in front of them. */
    public static Trainability of(Graph graph) {
        Set<String> parameters = new LinkedHashSet<>();
        Set<String> statistics = new LinkedHashSet<>();
        Set<String> moved = new HashSet<>();
        List<Node> downstream = new ArrayList<>();
        for (Node node : graph.nodes()) {
            String type = node.op().type();
            boolean behind = node.inputs().stream().anyMatch(moved::contains);
            for (int input = 0; input < node.inputs().size(); input++) {
                String value = node.input(input);
                if (isFloat(graph, value) && isWeight(graph, type, input, value, behind)) {
                    parameters.add(value);
                    moved.add(value);
                    behind = true;
                }
            }
            if (type.equals("BatchNormalization")) {
                statistics.addAll(List.of(node.input(3), node.input(4)));
            }
            if (behind) {
                moved.addAll(node.outputs());
                downstream.add(node);
            }
        }
        parameters.removeAll(statistics);
        return new Trainability(parameters, statistics, downstream);
    }

    private static boolean isFloat(Graph graph, String value) {
        return graph.constant(value)
                .map(tensor -> tensor.dtype() == DType.FLOAT32 || tensor.dtype() == DType.FLOAT64)
                .orElse(false);
    }

    private static boolean isWeight(Graph graph, String type, int input, String value, boolean behind) {
        Tensor tensor = graph.constant(value).orElseThrow();
        return switch (type) {
            case "Add", "Sub", "Mul" -> behind && tensor.elements() > 1;
            case "Gather" -> input == 0 && tensor.shape().rank() >= 2;
            default -> WEIGHTS.getOrDefault(type, List.of()).contains(input);
        };
    }

    /**
     * Checks that gradients reach every parameter.
     *
     * @throws SelvedgeException UNTRAINABLE that names every node in the way
     */
    public void require(Graph graph) {
        if (parameters.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.UNTRAINABLE,
                    "'" + graph.name() + "' has no float weights to train; a quantised model is trained before it is "
                            + "quantised: give the float model");
        }
        Map<String, List<String>> reasons = new LinkedHashMap<>();
        Set<Node> live = new HashSet<>(Graph.live(graph.nodes(), graph.outputs()));
        for (Node node : downstream) {
            if (live.contains(node)) {
                obstacle(node, graph)
                        .ifPresent(why -> reasons.computeIfAbsent(node.op().type() + why, _ -> new ArrayList<>())
                                .add(node.name()));
            }
        }
        if (!reasons.isEmpty()) {
            List<String> parts = new ArrayList<>();
            reasons.forEach((what, nodes) -> parts.add(what + " at " + some(nodes)));
            throw new SelvedgeException(
                    ErrorCode.UNTRAINABLE,
                    "gradients do not pass through " + String.join("; ", parts)
                            + ". Export the model without them (cut it in front of its post-processing), or compress it "
                            + "without training: 'deploy' quantises by calibration alone");
        }
    }

    private static String some(List<String> names) {
        return names.size() <= 3 ? names.toString() : names.subList(0, 3) + " and " + (names.size() - 3) + " more";
    }

    /** Empty when gradients pass, or need not: what gives whole numbers or truth values has none. */
    private static Optional<String> obstacle(Node node, Graph graph) {
        boolean floats = node.outputs().stream()
                .anyMatch(output -> !output.isEmpty()
                        && NativeTensor.isFloating(graph.type(output).dtype()));
        if (!floats) {
            return Optional.empty();
        }
        Optional<Lowering> lowering = LoweringCatalog.of(node.op().type());
        if (lowering.isEmpty()) {
            return Optional.of("");
        }
        return lowering.get().obstacle(node, graph).map(why -> " (" + why + ")");
    }
}
