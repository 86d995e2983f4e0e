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

    private final Graph graph;
    private final ScalarType floating;
    private final Trainability trainability;
    private final List<Node> nodes;
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> statistics = new LinkedHashMap<>();

    private TrainableGraph(Graph graph, ScalarType floating) {
        this.graph = graph;
        this.floating = floating;
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
     * @throws io.selvedge.compiler.diag.SelvedgeException UNTRAINABLE
     */
    public static TrainableGraph of(Graph graph) {
        Trainability.of(graph).require(graph);
        return new TrainableGraph(graph, ScalarType.Float);
    }

    /** A graph that is only run, such as a teacher. */
    public static TrainableGraph forInference(Graph graph) {
        return new TrainableGraph(graph, ScalarType.Float);
    }

    /** With floats of 64 bits, for looking at gradients. */
    public static TrainableGraph exact(Graph graph) {
        return new TrainableGraph(graph, ScalarType.Double);
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
            return lowering.get().lower(call);
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
