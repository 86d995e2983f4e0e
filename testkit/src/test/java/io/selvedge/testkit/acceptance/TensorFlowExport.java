package io.selvedge.testkit.acceptance;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Transpose;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network as TensorFlow's exporter writes it: all images are channels-last, every convolution stands between two transposes
 * and gets its bias behind them, the average over an image is a ReduceMean of axes 1 and 2.
 */
final class TensorFlowExport {
    private static final Transpose TO_CHANNELS_FIRST = new Transpose(List.of(0, 3, 1, 2));
    private static final Transpose TO_CHANNELS_LAST = new Transpose(List.of(0, 2, 3, 1));

    private final Graph graph;
    private final GraphBuilder builder;
    private final Map<String, String> written = new HashMap<>();

    private TensorFlowExport(Graph graph) {
        this.graph = graph;
        this.builder = new GraphBuilder(graph.name() + "_tf");
    }

    /**
     * Rewrites a graph.
     *
     * @param graph one whose inputs are channels-last images and whose first nodes transpose them
     */
    static Graph of(Graph graph) {
        TensorFlowExport export = new TensorFlowExport(graph);
        export.builder.reserve(graph.types().keySet());
        graph.inputs().forEach(input -> export.written.put(input, export.builder.input(input, graph.type(input))));
        graph.nodes().forEach(export::write);
        graph.outputs().forEach(export.builder::output);
        return export.builder.build();
    }

    private void write(Node node) {
        switch (node.op().type()) {
            case "Transpose" -> written.put(node.output(), operand(node.input(0)));
            case "Conv" -> written.put(node.output(), convolution(node));
            case "AveragePool" ->
                written.put(
                        node.output(),
                        builder.add(
                                node.output() + "_mean",
                                new Reduce(Reduce.Kind.MEAN, List.of(1, 2), false),
                                operand(node.input(0))));
            case "Reshape" -> {
                // The mean has dropped both axes already.
                written.put(node.output(), operand(node.input(0)));
            }
            case "Relu", "Add", "Gemm", "Softmax" -> {
                List<String> inputs = node.inputs().stream().map(this::operand).toList();
                builder.add(new Node(node.name(), node.op(), inputs, node.outputs()));
                written.put(node.output(), node.output());
            }
            default -> throw new AssertionError("no such operator expected: " + node);
        }
    }

    private String convolution(Node node) {
        String x = builder.add(node.output() + "_nchw", TO_CHANNELS_FIRST, operand(node.input(0)));
        String y = builder.add(node.output() + "_conv", node.op(), x, operand(node.input(1)));
        String last = builder.add(node.output() + "_nhwc", TO_CHANNELS_LAST, y);
        return builder.add(node.output() + "_biased", new Binary(Binary.Kind.ADD), last, operand(node.input(2)));
    }

    private String operand(String value) {
        return written.computeIfAbsent(
                value, _ -> builder.namedConstant(value, graph.constant(value).orElseThrow()));
    }
}
