package io.selvedge.train.fit;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.BatchNormalization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * Gives convolutions whose batch normalisation was folded into them one back, and folds it again. With the mean and variance of
 * its own input as bias and scale it changes nothing, but the next layers see activations that stay normalised while the weights
 * move: a folded net collapses at rates that a normalised one stands.
 */
final class BatchNormRestoration {
    private static final float EPSILON = 1e-5f;
    private static final String MARK = "/restored";

    private BatchNormRestoration() {}

    /** Behind every convolution with a constant bias that has none; the same instance where nothing is folded. */
    static Graph insert(Graph graph) {
        Map<String, List<Node>> consumers = graph.consumers();
        List<Node> nodes = new ArrayList<>();
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        Map<String, TensorType> types = new LinkedHashMap<>(graph.types());
        boolean changed = false;
        for (Node node : graph.nodes()) {
            if (!isFolded(graph, node, consumers)) {
                nodes.add(node);
                continue;
            }
            changed = true;
            String y = node.output();
            String plain = y + MARK;
            types.put(plain, graph.type(y));
            nodes.add(new Node(node.name(), node.op(), node.inputs(), List.of(plain)));
            int channels = graph.type(y).shape().extent(1);
            List<String> inputs = new ArrayList<>(List.of(plain));
            for (String name : List.of("scale", "bias", "mean", "variance")) {
                double value = name.equals("scale") || name.equals("variance") ? 1 : 0;
                String constant = plain + "/" + name;
                constants.put(constant, Tensor.filled(TensorType.of(DType.FLOAT32, channels), _ -> value));
                types.put(constant, TensorType.of(DType.FLOAT32, channels));
                inputs.add(constant);
            }
            nodes.add(new Node(plain, new BatchNormalization(EPSILON), inputs, List.of(y)));
        }
        return changed ? graph.with(nodes, constants, types) : graph;
    }

    private static boolean isFolded(Graph graph, Node node, Map<String, List<Node>> consumers) {
        if (!node.op().type().equals("Conv")
                || !node.hasInput(2)
                || !graph.isConstant(node.input(1))
                || !graph.isConstant(node.input(2))
                || graph.type(node.output()).dtype() != DType.FLOAT32
                || graph.outputs().contains(node.output())
                || isShared(node, consumers)) {
            return false;
        }
        return consumers.getOrDefault(node.output(), List.of()).stream()
                .noneMatch(reader -> reader.op().type().equals("BatchNormalization"));
    }

    /** Folding again would change the weights of the other reader too. */
    private static boolean isShared(Node node, Map<String, List<Node>> consumers) {
        return node.inputs().subList(1, 3).stream()
                .anyMatch(weights -> consumers.getOrDefault(weights, List.of()).size() != 1);
    }

    /** Inputs of the normalisations that {@link #insert} made. */
    static List<String> inputs(Graph graph) {
        return graph.nodes().stream()
                .filter(BatchNormRestoration::isRestored)
                .map(node -> node.input(0))
                .toList();
    }

    private static boolean isRestored(Node node) {
        return node.op().type().equals("BatchNormalization") && node.input(0).endsWith(MARK);
    }

    /** The state in which they change nothing: bias and mean are the mean, scale is the square root of variance and epsilon. */
    static Map<String, Tensor> neutral(Map<String, Tensor> state, List<String> inputs) {
        Map<String, Tensor> neutral = new LinkedHashMap<>(state);
        for (String input : inputs) {
            Tensor mean = of(state, "s/" + input + "/mean");
            Tensor variance = of(state, "s/" + input + "/variance");
            neutral.put("p/" + input + "/bias", mean);
            neutral.put("p/" + input + "/scale", mapped(variance, v -> Math.sqrt(v + EPSILON)));
        }
        return neutral;
    }

    private static Tensor mapped(Tensor tensor, DoubleUnaryOperator function) {
        return Tensor.filled(tensor.type(), i -> function.applyAsDouble(tensor.getDouble(i)));
    }

    private static Tensor of(Map<String, Tensor> tensors, String name) {
        return Optional.ofNullable(tensors.get(name)).orElseThrow(() -> new IllegalStateException("no '" + name + "'"));
    }

    /** Folds what {@link #insert} made into its convolutions. */
    static Graph fold(Graph graph) {
        Map<String, Node> producers = graph.producers();
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        Map<String, TensorType> types = new LinkedHashMap<>(graph.types());
        Map<String, Node> folded = new LinkedHashMap<>();
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (isRestored(node)) {
                Node conv = Optional.ofNullable(producers.get(node.input(0))).orElseThrow();
                fold(graph, node, conv, constants);
                node.inputs().subList(1, 5).forEach(name -> {
                    constants.remove(name);
                    types.remove(name);
                });
                types.remove(node.input(0));
                folded.put(conv.output(), new Node(conv.name(), conv.op(), conv.inputs(), node.outputs()));
            }
        }
        for (Node node : graph.nodes()) {
            if (!isRestored(node)) {
                nodes.add(folded.getOrDefault(node.output(), node));
            }
        }
        return folded.isEmpty() ? graph : graph.with(nodes, constants, types);
    }

    private static void fold(Graph graph, Node norm, Node conv, Map<String, Tensor> constants) {
        Tensor scale = graph.constant(norm.input(1)).orElseThrow();
        Tensor shift = graph.constant(norm.input(2)).orElseThrow();
        Tensor mean = graph.constant(norm.input(3)).orElseThrow();
        Tensor variance = graph.constant(norm.input(4)).orElseThrow();
        Tensor w = graph.constant(conv.input(1)).orElseThrow();
        Tensor b = graph.constant(conv.input(2)).orElseThrow();
        int each = w.elements() / scale.elements();
        double[] factors = new double[scale.elements()];
        for (int c = 0; c < factors.length; c++) {
            factors[c] = scale.getDouble(c) / Math.sqrt(variance.getDouble(c) + EPSILON);
        }
        constants.put(conv.input(1), Tensor.filled(w.type(), i -> w.getDouble(i) * factors[i / each]));
        constants.put(
                conv.input(2),
                Tensor.filled(b.type(), c -> (b.getDouble(c) - mean.getDouble(c)) * factors[c] + shift.getDouble(c)));
    }
}
