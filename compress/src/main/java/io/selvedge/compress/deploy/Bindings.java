package io.selvedge.compress.deploy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * One model, simplified for each choice of extents that the bundle shall have code for. The first is judged: the one whose
 * shapes the data have, else the one that the user named first.
 */
record Bindings(List<ImportOptions> shapes, List<Graph> graphs) {
    Bindings {
        shapes = List.copyOf(shapes);
        graphs = List.copyOf(graphs);
    }

    /** A graph with the extents that it was simplified for. */
    record Bound(Map<String, Integer> dims, Graph graph) {}

    /** Open dimensions that the user did not bind take the shape of the data's samples. */
    static Bindings read(Path model, List<ImportOptions> given, Optional<EvaluationData> data) {
        List<ImportOptions> shapes = data.map(d -> bound(model, given, d)).orElse(given);
        return new Bindings(
                shapes,
                shapes.stream()
                        .map(options -> Compiler.simplify(ModelReader.read(model, options)))
                        .toList());
    }

    private static List<ImportOptions> bound(Path model, List<ImportOptions> given, EvaluationData data) {
        Map<String, TensorType> samples = data.evaluation().inputs();
        List<ImportOptions> order = new ArrayList<>(given);
        given.stream()
                .filter(options -> OpenDimensions.fit(model, options, samples))
                .findFirst()
                .ifPresent(fitting -> {
                    order.remove(fitting);
                    order.addFirst(fitting);
                });
        ImportOptions first = OpenDimensions.bind(model, order.getFirst(), samples, data.where());
        return order.stream().map(options -> completed(options, first)).toList();
    }

    /** The options with what {@code first} alone says. */
    private static ImportOptions completed(ImportOptions options, ImportOptions first) {
        Map<String, Integer> dims = new HashMap<>(first.dims());
        dims.putAll(options.dims());
        return options.withDims(dims);
    }

    /** The graph that is judged. */
    Graph first() {
        return graphs.getFirst();
    }

    /** Every graph in another form. */
    List<Bound> map(UnaryOperator<Graph> form) {
        List<Bound> bound = new ArrayList<>();
        for (int i = 0; i < graphs.size(); i++) {
            bound.add(new Bound(shapes.get(i).dims(), form.apply(graphs.get(i))));
        }
        return bound;
    }

    /** A form of the first graph, without the others. */
    List<Bound> firstAlone(Graph form) {
        return List.of(new Bound(shapes.getFirst().dims(), form));
    }

    /**
     * Ranges are taken with the first binding and used for all, by the names of values.
     *
     * @throws SelvedgeException SHAPE_MISMATCH when shapes decide which layers there are
     */
    void requireSameLayers() {
        List<String> layers = layers(first());
        for (int i = 1; i < graphs.size(); i++) {
            if (!layers(graphs.get(i)).equals(layers)) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "--dim: with " + new TreeMap<>(shapes.get(i).dims())
                                + " the simplified model has other layers than with "
                                + new TreeMap<>(shapes.getFirst().dims())
                                + ", so that the ranges of one do not hold for the other; deploy them one by one, or leave"
                                + " 'calibration' out for an fp32 bundle");
            }
        }
    }

    private static List<String> layers(Graph graph) {
        return graph.nodes().stream().map(Node::name).toList();
    }

    /** What reports say was given. */
    Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        new TreeMap<>(shapes.getFirst().dims())
                .forEach((name, value) -> options.put(
                        "dim." + name,
                        shapes.stream()
                                .map(each -> String.valueOf(each.dims().get(name)))
                                .distinct()
                                .collect(Collectors.joining(","))));
        shapes.getFirst().inputShapes().forEach((name, value) -> options.put("input-shape." + name, value.toString()));
        return options;
    }
}
