package io.selvedge.train.fit;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.train.Treatment;
import io.selvedge.train.graph.Hook;
import io.selvedge.train.graph.NativeTensor;
import io.selvedge.train.graph.Natively;
import io.selvedge.train.graph.TrainableGraph;
import io.selvedge.train.graph.TreatmentHook;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** The model that is trained, with what is done to its values, and everything of both that training moves. */
final class Student implements AutoCloseable {
    /** What names of learned scales begin with. */
    static final String LEARNED = "h/";

    private final TrainableGraph net;
    private final TreatmentHook hook;
    private final Map<String, org.bytedeco.pytorch.Tensor> moved = new LinkedHashMap<>();
    private final Map<String, org.bytedeco.pytorch.Tensor> all = new LinkedHashMap<>();
    private final Map<String, org.bytedeco.pytorch.Tensor> statisticsBefore = new LinkedHashMap<>();

    /** @throws io.selvedge.compiler.diag.SelvedgeException UNTRAINABLE */
    Student(Graph graph, List<Treatment> treatments, boolean mixedPrecision) {
        this.net = TrainableGraph.of(graph, mixedPrecision);
        this.hook = new TreatmentHook(treatments);
        net.parameters().forEach((name, tensor) -> moved.put("p/" + name, tensor));
        hook.learned().forEach((name, tensor) -> moved.put(LEARNED + name, tensor));
        all.putAll(moved);
        net.statistics().forEach((name, tensor) -> all.put("s/" + name, tensor));
        try (PointerScope _ = new PointerScope()) {
            net.statistics().forEach((name, tensor) -> statisticsBefore.put(name, Natively.kept(tensor.clone())));
        }
    }

    /** Remembers running statistics, which a run in training moves even where its loss turns out to be no number. */
    void rememberStatistics() {
        net.statistics().forEach((name, tensor) -> before(name).copy_(tensor));
    }

    /** As they were when they were remembered. */
    void recallStatistics() {
        net.statistics().forEach((name, tensor) -> tensor.copy_(before(name)));
    }

    private org.bytedeco.pytorch.Tensor before(String name) {
        return java.util.Objects.requireNonNull(statisticsBefore.get(name));
    }

    /** What the optimiser moves. */
    Map<String, org.bytedeco.pytorch.Tensor> moved() {
        return Collections.unmodifiableMap(moved);
    }

    /** The graph's own parameters. */
    Map<String, org.bytedeco.pytorch.Tensor> parameters() {
        return net.parameters();
    }

    void clearGradients() {
        for (org.bytedeco.pytorch.Tensor parameter : moved.values()) {
            org.bytedeco.pytorch.Tensor gradient = parameter.mutable_grad();
            if (gradient.defined()) {
                gradient.zero_();
            }
        }
    }

    Map<String, org.bytedeco.pytorch.Tensor> run(Batch batch, boolean training) {
        return net.run(batch.inputs(), training, hook);
    }

    /** A run in evaluation without the treatments: rounding makes a difference of the last bit a difference of a level. */
    Map<String, org.bytedeco.pytorch.Tensor> untreated(Batch batch) {
        return net.run(batch.inputs(), false, Hook.NONE);
    }

    /** A run in training whose batch has that share in the running statistics. */
    Map<String, org.bytedeco.pytorch.Tensor> run(Batch batch, double momentum) {
        return net.run(batch.inputs(), OptionalDouble.of(momentum), hook);
    }

    boolean hasStatistics() {
        return !net.statistics().isEmpty();
    }

    /** Copies of parameters, learned scales and statistics. */
    Map<String, Tensor> state() {
        return copies(all);
    }

    static Map<String, Tensor> copies(Map<String, org.bytedeco.pytorch.Tensor> tensors) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        try (PointerScope _ = new PointerScope()) {
            tensors.forEach((name, tensor) -> copies.put(name, NativeTensor.toGraph(tensor, DType.FLOAT32)));
        }
        return copies;
    }

    void restore(Map<String, Tensor> state) {
        overwrite(all, state);
    }

    /** Values for tensors that are there already. @throws IllegalStateException when one has none */
    static void overwrite(Map<String, org.bytedeco.pytorch.Tensor> tensors, Map<String, Tensor> values) {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            tensors.forEach((name, tensor) -> {
                Tensor value = values.get(name);
                if (value == null) {
                    throw new IllegalStateException("the state has no '" + name + "'");
                }
                tensor.copy_(NativeTensor.floats(value.toFloats(), tensor.shape()));
            });
        }
    }

    /** The graph as it is now, masks applied. */
    Graph graph() {
        Graph graph = net.trained();
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        hook.masks()
                .forEach((name, mask) -> constants.computeIfPresent(
                        name,
                        (_, value) -> Tensor.filled(
                                value.type(), i -> mask.mask().getFloat(i) == 0 ? 0 : value.getDouble(i))));
        return graph.with(graph.nodes(), constants, graph.types());
    }

    /** Scales that training moved, by value. */
    Map<String, Tensor> learned() {
        Map<String, Tensor> learned = new LinkedHashMap<>();
        copies(hook.learned()).forEach((name, value) -> learned.put(name.substring(name.indexOf('/') + 1), value));
        return learned;
    }

    @Override
    public void close() {
        net.close();
        hook.close();
        statisticsBefore.values().forEach(org.bytedeco.pytorch.Tensor::close);
    }
}
