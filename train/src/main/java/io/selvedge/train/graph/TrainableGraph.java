package io.selvedge.train.graph;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A graph over libtorch's tensors under autograd. Its constants are native memory until it is closed; everything that a run makes
 * belongs to the caller's {@link PointerScope}.
 */
public final class TrainableGraph implements AutoCloseable {
    /** Share of a batch in the running statistics; libtorch's default. */
    private static final double MOMENTUM = 0.1;
    /** Operators that take nearly all of the time. */
    private static final Set<String> OF_PRODUCTS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

    /** Whether factors are rounded to bfloat16. */
    private enum Products {
        WHOLE,
        SHORT_IN_TRAINING,
        SHORT
    }

    private final Graph graph;
    private final ScalarType floating;
    private final Products products;
    private final Trainability trainability;
    private final List<Node> nodes;
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> statistics = new LinkedHashMap<>();

    private TrainableGraph(Graph graph, ScalarType floating, Products products) {
        this.graph = graph;
        this.floating = floating;
        this.products = products;
        this.trainability = Trainability.of(graph);
        this.nodes = Graph.live(graph.nodes(), graph.outputs());
        Set<String> read =
                nodes.stream().flatMap(node -> node.inputs().stream()).collect(Collectors.toSet());
        read.addAll(graph.outputs());
        try (PointerScope _ = new PointerScope()) {
            graph.constants().forEach((name, value) -> {
                if (read.contains(name)) {
                    add(name, NativeTensor.of(value, floating).clone());
                }
            });
        }
    }

    private void add(String name, Tensor tensor) {
        boolean trained = trainability.parameters().contains(name);
        Tensor kept = tensor.set_requires_grad(trained);
        kept.retainReference();
        constants.put(name, kept);
        if (trained) {
            parameters.put(name, kept);
        } else if (trainability.statistics().contains(name)) {
            statistics.put(name, kept);
        }
    }

    /**
     * A graph that can be trained, in the form of {@link TrainingForm}.
     *
     * @param mixedPrecision whether runs in training compute products from factors in bfloat16
     * @throws io.selvedge.compiler.diag.SelvedgeException UNTRAINABLE
     */
    public static TrainableGraph of(Graph graph, boolean mixedPrecision) {
        Trainability.of(graph).require(graph);
        return new TrainableGraph(
                graph, ScalarType.Float, mixedPrecision ? Products.SHORT_IN_TRAINING : Products.WHOLE);
    }

    /** A graph that is only run. */
    public static TrainableGraph forInference(Graph graph) {
        return new TrainableGraph(graph, ScalarType.Float, Products.WHOLE);
    }

    /** A graph that is only run, with products from factors in bfloat16. */
    public static TrainableGraph forFastInference(Graph graph) {
        return new TrainableGraph(graph, ScalarType.Float, Products.SHORT);
    }

    /** With floats of 64 bits, for looking at gradients. */
    public static TrainableGraph exact(Graph graph) {
        return new TrainableGraph(graph, ScalarType.Double, Products.WHOLE);
    }

    /** The graph as it was given. */
    public Graph graph() {
        return graph;
    }

    /** What the optimiser moves, in the order of the graph's constants. */
    public Map<String, Tensor> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** Running means and variances. */
    public Map<String, Tensor> statistics() {
        return Collections.unmodifiableMap(statistics);
    }

    /** Outputs of a run in evaluation mode, in the graph's order. */
    public List<Tensor> run(Map<String, Tensor> inputs) {
        Map<String, Tensor> values = run(inputs, false, Hook.NONE);
        return graph.outputs().stream().map(name -> valueOf(values, name)).toList();
    }

    private Tensor valueOf(Map<String, Tensor> values, String name) {
        return Optional.ofNullable(values.get(name))
                .or(() -> Optional.ofNullable(constants.get(name)))
                .orElseThrow(() -> new IllegalStateException("no value '" + name + "'"));
    }

    /**
     * Every value of a run by its name, inputs included.
     *
     * @param inputs the graph's, with any number of samples along their batch axis
     * @param training whether batch normalisation takes the batch's statistics and moves the running ones
     */
    public Map<String, Tensor> run(Map<String, Tensor> inputs, boolean training, Hook hook) {
        return run(inputs, training ? OptionalDouble.of(MOMENTUM) : OptionalDouble.empty(), hook);
    }

    /** The same with a share of the batch in the running statistics of its own: 1, 1/2, 1/3 ... make them means over batches. */
    public Map<String, Tensor> run(Map<String, Tensor> inputs, OptionalDouble momentum, Hook hook) {
        Map<String, Tensor> values = new HashMap<>(inputs);
        for (Node node : nodes) {
            List<Optional<Tensor>> read = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                read.add(
                        node.hasInput(i)
                                ? Optional.of(hook.read(node, i, valueOf(values, node.input(i))))
                                : Optional.empty());
            }
            List<Tensor> outputs = outputs(new Call(node, graph, read, momentum));
            for (int i = 0; i < node.outputs().size(); i++) {
                if (!node.outputs().get(i).isEmpty() && i < outputs.size()) {
                    values.put(node.outputs().get(i), outputs.get(i));
                }
            }
        }
        for (String output : graph.outputs()) {
            values.computeIfPresent(output, hook::output);
        }
        return values;
    }

    /** Where no gradient passes the reference evaluator serves. */
    private List<Tensor> outputs(Call call) {
        Optional<Lowering> lowering = LoweringCatalog.of(call.node().op().type());
        if (lowering.isPresent() && lowering.get().obstacle(call.node(), graph).isEmpty()) {
            return isShort(call)
                    ? lowering.get().lower(call.as(ScalarType.BFloat16)).stream()
                            .map(product -> product.to(floating))
                            .toList()
                    : lowering.get().lower(call);
        }
        List<Optional<io.selvedge.compiler.ir.Tensor>> inputs = new ArrayList<>();
        for (int i = 0; i < call.inputs().size(); i++) {
            int input = i;
            inputs.add(call.inputs()
                    .get(i)
                    .map(tensor ->
                            NativeTensor.toGraph(tensor, call.inputType(input).dtype())));
        }
        return call.node().evaluate(inputs).stream()
                .map(output -> NativeTensor.of(output, floating))
                .toList();
    }

    private boolean isShort(Call call) {
        return OF_PRODUCTS.contains(call.node().op().type())
                && switch (products) {
                    case WHOLE -> false;
                    case SHORT_IN_TRAINING -> call.momentum().isPresent();
                    case SHORT -> true;
                };
    }

    /** The graph with the parameters and statistics as they are now. */
    public Graph trained() {
        Map<String, io.selvedge.compiler.ir.Tensor> now = new LinkedHashMap<>(graph.constants());
        try (PointerScope _ = new PointerScope()) {
            parameters.forEach((name, tensor) ->
                    now.put(name, NativeTensor.toGraph(tensor, graph.type(name).dtype())));
            statistics.forEach((name, tensor) ->
                    now.put(name, NativeTensor.toGraph(tensor, graph.type(name).dtype())));
        }
        return graph.with(graph.nodes(), now, graph.types());
    }

    @Override
    public void close() {
        constants.values().forEach(Tensor::close);
    }
}
