package io.selvedge.testkit.acceptance;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compress.quant.GroupedWeights;
import io.selvedge.compress.quant.Range;
import io.selvedge.compress.quant.Ranges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;

/** Breaks models the way that people and tools do: what float computes stays the same, 8 bits suffer. */
final class Damage {
    private Damage() {}

    private static Node node(Graph graph, String name) {
        return graph.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Graph with(Graph graph, Map<String, Tensor> changed) {
        Map<String, Tensor> constants = new LinkedHashMap<>(graph.constants());
        constants.putAll(changed);
        Map<String, TensorType> types = new LinkedHashMap<>(graph.types());
        changed.forEach((name, tensor) -> types.put(name, tensor.type()));
        return graph.with(graph.nodes(), constants, types);
    }

    private static Tensor constant(Graph graph, String name) {
        return graph.constant(name).orElseThrow();
    }

    /** Output channels of a layer times a factor, which the one layer behind its Relu takes back. */
    static Graph scaleChannels(Graph graph, String layer, String reader, IntToDoubleFunction factor) {
        Node made = node(graph, layer);
        Node read = node(graph, reader);
        Tensor w = constant(graph, made.input(1));
        Tensor b = constant(graph, made.input(2));
        Tensor next = constant(graph, read.input(1));
        int row = w.elements() / b.elements();
        int[] extents = next.shape().extents();
        int taps = next.elements() / (extents[0] * extents[1]);
        boolean depthwise = extents[1] == 1;
        return with(
                graph,
                Map.of(
                        made.input(1),
                        Tensor.filled(w.type(), i -> w.getFloat(i) * factor.applyAsDouble(i / row)),
                        made.input(2),
                        Tensor.filled(b.type(), i -> b.getFloat(i) * factor.applyAsDouble(i)),
                        read.input(1),
                        Tensor.filled(
                                next.type(),
                                i -> next.getFloat(i)
                                        / factor.applyAsDouble(depthwise ? i / taps : i / taps % extents[1]))));
    }

    /** A convolution as two halves that meet in a Concat, the second times a factor that the layer behind takes back. */
    static Graph splitAndConcat(Graph graph, String layer, String reader, double factor) {
        int channels = constant(graph, node(graph, layer).input(2)).elements();
        Graph scaled = scaleChannels(graph, layer, reader, c -> c < channels / 2 ? 1 : factor);
        Node whole = node(scaled, layer);
        Node relu = scaled.consumers().get(whole.output()).getFirst();
        Map<String, Tensor> constants = new LinkedHashMap<>(scaled.constants());
        Map<String, TensorType> types = new LinkedHashMap<>(scaled.types());
        List<Node> parts = new ArrayList<>();
        List<String> halves = new ArrayList<>();
        for (int half = 0; half < 2; half++) {
            List<String> inputs = new ArrayList<>(List.of(whole.input(0)));
            for (int i = 1; i <= 2; i++) {
                Tensor all = constant(scaled, whole.input(i));
                long[] extents = java.util.Arrays.stream(all.shape().extents())
                        .asLongStream()
                        .toArray();
                extents[0] /= 2;
                int from = half * all.elements() / 2;
                Tensor own = Tensor.filled(TensorType.of(DType.FLOAT32, extents), k -> all.getFloat(from + k));
                inputs.add(whole.input(i) + "_half" + half);
                constants.put(inputs.getLast(), own);
                types.put(inputs.getLast(), own.type());
            }
            int[] y = types.get(whole.output()).shape().extents();
            String made = layer + "_half" + half;
            String active = made + "_relu";
            TensorType type = TensorType.of(DType.FLOAT32, y[0], y[1] / 2, y[2], y[3]);
            types.put(made, type);
            types.put(active, type);
            parts.add(new Node(made, whole.op(), inputs, List.of(made)));
            parts.add(new Node(active, relu.op(), List.of(made), List.of(active)));
            halves.add(active);
        }
        parts.add(new Node(layer + "_concat", new Concat(1), halves, List.of(relu.output())));
        List<Node> nodes = new ArrayList<>();
        for (Node node : scaled.nodes()) {
            if (node == whole) {
                nodes.addAll(parts);
            } else if (node != relu) {
                nodes.add(node);
            }
        }
        types.remove(whole.output());
        return scaled.with(nodes, constants, types);
    }

    /** Ranges of the values that a test picks, times a factor. */
    static Ranges stretch(Ranges ranges, Predicate<String> picked, float factor) {
        Map<String, Range> all = new LinkedHashMap<>();
        ranges.byValue()
                .forEach((value, range) -> all.put(
                        value,
                        picked.test(value)
                                ? new Range(
                                        range.lo() * factor,
                                        range.hi() * factor,
                                        range.method(),
                                        range.meanSquaredError(),
                                        range.channels(),
                                        List.of())
                                : range));
        return new Ranges(all);
    }

    /** One scale for all weights of the picked layers of a graph that Selvedge quantised. */
    static Graph perTensor(Graph graph, Graph quantized, Predicate<String> picked) {
        Map<String, Tensor> changed = new LinkedHashMap<>();
        Map<String, Node> producers = quantized.producers();
        for (Node node : quantized.nodes()) {
            boolean layer = List.of("Conv", "Gemm").contains(node.op().type());
            if (!layer || !picked.test(node.name())) {
                continue;
            }
            Tensor w = constant(graph, node(graph, node.name()).input(1));
            float scale = 0;
            for (float value : w.toFloats()) {
                scale = Math.max(scale, Math.abs(value) / 127);
            }
            float step = scale;
            Node weights = producers.get(node.input(1));
            changed.put(
                    weights.input(0),
                    Tensor.filled(new TensorType(DType.INT8, w.shape()), i -> Math.rint(w.getFloat(i) / step)));
            changed.put(weights.input(1), Tensor.floats(new float[] {step}));
            changed.put(weights.input(2), Tensor.filled(TensorType.of(DType.INT8), _ -> 0));
            Node bias = producers.get(node.input(2));
            Tensor steps = constant(quantized, bias.input(0));
            Tensor old = constant(quantized, bias.input(1));
            Tensor before = constant(quantized, weights.input(1));
            int rows = GroupedWeights.of(node, w.shape()).rows();
            changed.put(
                    bias.input(0),
                    Tensor.filled(steps.type(), c -> Math.rint((double) steps.getLong(c) * before.getFloat(c) / step)));
            changed.put(
                    bias.input(1),
                    Tensor.filled(
                            TensorType.of(DType.FLOAT32, rows), c -> old.getFloat(c) / before.getFloat(c) * step));
        }
        return with(quantized, changed);
    }
}
