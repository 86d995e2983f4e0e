package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.QuantizeLinear;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a QDQ graph in plain ONNX: int8 weights, symmetric per output channel in [-127, 127]; uint8 activations, asymmetric per
 * tensor, zero exactly representable; int32 biases at scale sx*sw. Biases are corrected for the mean error that rounding the
 * weights makes: {@code b += sum (w - w') * E[x]} (after Nagel et al., Data-Free Quantization, 2019). Inputs whose channels
 * differ in magnitude are scaled first ({@link EqualizedInputs}).
 */
public final class Quantizer {
    private final Graph graph;
    private final QuantizedValues values;
    private final Map<String, Quantization> quantizations = new HashMap<>();
    private final GraphBuilder builder;
    private final Map<String, String> renamed = new HashMap<>();

    private record Quantization(float scale, int zeroPoint) {
        static Quantization of(float lo, float hi) {
            float scale = (hi - lo) / 255;
            if (!(scale > 0)) {
                return new Quantization(1, 0);
            }
            return new Quantization(scale, Math.clamp((long) Math.rint(-lo / scale), 0, 255));
        }
    }

    private Quantizer(
            Graph graph,
            Ranges ranges,
            Map<String, float[]> factors,
            QuantizationPlan plan,
            Map<String, float[]> weightScales,
            Set<String> keepFloat) {
        this.graph = graph;
        this.plan = plan;
        this.factors = factors;
        this.weightScales = weightScales;
        this.values = new QuantizedValues(graph, keepFloat);
        this.builder = new GraphBuilder(graph.name());
        this.ranges = ranges;
        Map<String, float[]> groups = new LinkedHashMap<>();
        for (String value : values.names()) {
            Range range = ranges.of(value);
            float[] union = groups.computeIfAbsent(values.scaleGroup(value), _ -> new float[2]);
            union[0] = Math.min(union[0], range.lo());
            union[1] = Math.max(union[1], range.hi());
        }
        for (String value : values.names()) {
            float[] union = Objects.requireNonNull(groups.get(values.scaleGroup(value)));
            quantizations.put(value, Quantization.of(union[0], union[1]));
        }
    }

    private final Ranges ranges;
    private final QuantizationPlan plan;
    /** Of values whose channels are not as they were observed. */
    private final Map<String, float[]> factors;
    /** Of weights that are whole multiples of them already. */
    private final Map<String, float[]> weightScales;

    /**
     * The graph with QuantizeLinear/DequantizeLinear pairs.
     *
     * @param graph simplified float graph
     * @param keepFloat names of Conv and Gemm nodes that stay in float
     */
    public static Graph quantize(Graph graph, Ranges ranges, Set<String> keepFloat) {
        return quantize(graph, QuantizationPlan.plain(ranges), keepFloat);
    }

    /** The same with the corrections of a plan; {@code graph} is what was calibrated, or the same layers with other extents. */
    public static Graph quantize(Graph graph, QuantizationPlan plan, Set<String> keepFloat) {
        return quantize(graph, plan, keepFloat, Levels.INT8);
    }

    /** The same with weights and activations of coarser levels. */
    public static Graph quantize(Graph graph, QuantizationPlan plan, Set<String> keepFloat, Levels levels) {
        EqualizedLayers layers = plan.layers(graph);
        Set<String> moved = levels.activations().moved(graph, plan.ranges());
        EqualizedInputs inputs =
                EqualizedInputs.of(layers.graph(), levels.activations().widened(plan.ranges(), moved), keepFloat);
        SnappedWeights snapped =
                SnappedWeights.of(inputs.graph(), inputs.ranges(), keepFloat, levels.weights(), levels.weightScales());
        Map<String, float[]> factors = new HashMap<>(layers.factors());
        factors.putAll(inputs.factors());
        Graph built =
                new Quantizer(snapped.graph(), inputs.ranges(), factors, plan, snapped.scales(), keepFloat).build();
        return moved.isEmpty() ? built : LogActivations.insert(built, moved, levels.activations());
    }

    /** Names of the nodes that can be quantised, in order: what {@code keepFloat} chooses from. */
    public static List<String> quantizableNodes(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> isQuantizable(graph, node))
                .map(Node::name)
                .toList();
    }

    /** Whether it is a Conv or Gemm over constant float weights that has an 8-bit form. */
    public static boolean isQuantizable(Graph graph, Node node) {
        String type = node.op().type();
        boolean conv = type.equals("Conv") && graph.type(node.input(0)).shape().rank() <= 4;
        boolean gemm = type.equals("Gemm")
                && Long.valueOf(0).equals(node.op().attributes().getOrDefault("transA", 0L))
                && Float.valueOf(1).equals(node.op().attributes().getOrDefault("alpha", 1f))
                && Float.valueOf(1).equals(node.op().attributes().getOrDefault("beta", 1f));
        boolean bias = !node.hasInput(2)
                || graph.constant(node.input(2))
                        .filter(b -> b.shape().rank() == 1)
                        .isPresent();
        return (conv || gemm)
                && node.op().domain().isEmpty()
                && bias
                && graph.constant(node.input(1))
                        .filter(w -> w.dtype() == DType.FLOAT32)
                        .isPresent();
    }

    private Graph build() {
        builder.reserve(graph.types().keySet());
        for (String input : graph.inputs()) {
            builder.input(input, graph.type(input));
        }
        graph.inputs().forEach(this::insertPair);
        for (Node node : graph.nodes()) {
            List<String> inputs = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                inputs.add(operand(node, i));
            }
            boolean[] paired = new boolean[node.outputs().size()];
            List<String> outputs = new ArrayList<>(node.outputs());
            for (int i = 0; i < outputs.size(); i++) {
                paired[i] = values.names().contains(outputs.get(i));
                if (paired[i] && graph.outputs().contains(outputs.get(i))) {
                    outputs.set(i, builder.fresh(outputs.get(i) + "_float"));
                }
            }
            builder.add(new Node(node.name(), node.op(), inputs, outputs));
            for (int i = 0; i < outputs.size(); i++) {
                if (paired[i]) {
                    insertPair(node.outputs().get(i), outputs.get(i));
                }
            }
        }
        graph.outputs().forEach(builder::output);
        return builder.build();
    }

    private Quantization quantization(String value) {
        return Objects.requireNonNull(quantizations.get(value), value);
    }

    private void insertPair(String value) {
        if (values.names().contains(value)) {
            insertPair(value, value);
        }
    }

    /** QuantizeLinear and DequantizeLinear behind {@code made}; readers of {@code value} read the result. */
    private void insertPair(String value, String made) {
        Quantization q = quantization(value);
        String scale = builder.constant(value + "_scale", Tensor.floats(new float[] {q.scale()}));
        String zero =
                builder.constant(value + "_zero_point", Tensor.filled(TensorType.of(DType.UINT8), _ -> q.zeroPoint()));
        String eight = builder.fresh(value + "_quantized");
        builder.add(
                new Node(value + "_QuantizeLinear", new QuantizeLinear(1), List.of(made, scale, zero), List.of(eight)));
        String real = made.equals(value) ? builder.fresh(value + "_dequantized") : value;
        builder.add(new Node(
                value + "_DequantizeLinear", new DequantizeLinear(1), List.of(eight, scale, zero), List.of(real)));
        renamed.put(value, real);
    }

    private String operand(Node node, int index) {
        String input = node.inputs().get(index);
        if (input.isEmpty()) {
            return input;
        }
        if (values.isAnchor(node) && index == 1) {
            return weights(node).dequantized();
        }
        if (values.isAnchor(node) && index == 2) {
            return bias(node);
        }
        if (graph.isConstant(input)) {
            return builder.defines(input)
                    ? input
                    : builder.namedConstant(input, graph.constant(input).orElseThrow());
        }
        return renamed.getOrDefault(input, input);
    }

    /** Weights of one node: the value to read, and what they are in 8 bits. */
    private record Weights(String dequantized, QuantizedWeights eight) {}

    private final Map<String, Weights> weights = new HashMap<>();

    private Weights weights(Node node) {
        return weights.computeIfAbsent(node.name(), _ -> quantizeWeights(node));
    }

    private Weights quantizeWeights(Node node) {
        QuantizedWeights eight = QuantizedWeights.of(
                graph,
                node,
                quantization(node.input(0)).scale(),
                ranges.of(node.input(0)),
                plan.moments(),
                factors,
                Optional.ofNullable(weightScales.get(node.input(1))));
        Tensor w = graph.constant(node.input(1)).orElseThrow();
        int channels = eight.scales().length;
        String stored = builder.constant(
                node.input(1) + "_int8", Tensor.of(new TensorType(DType.INT8, w.shape()), eight.steps()));
        String scale = builder.constant(node.input(1) + "_scale", Tensor.floats(eight.scales(), channels));
        String zero = builder.constant(
                node.input(1) + "_zero_point", Tensor.filled(TensorType.of(DType.INT8, channels), _ -> 0));
        String real = builder.fresh(node.input(1) + "_dequantized");
        builder.add(new Node(
                real + "_node", new DequantizeLinear(eight.axis()), List.of(stored, scale, zero), List.of(real)));
        return new Weights(real, eight);
    }

    private String bias(Node node) {
        QuantizedWeights w = weights(node).eight();
        Tensor bias = graph.constant(node.input(2)).orElseThrow();
        float sx = quantization(node.input(0)).scale();
        float[] scales = new float[w.scales().length];
        for (int c = 0; c < scales.length; c++) {
            scales[c] = sx * w.scales()[c];
        }
        Tensor steps = Tensor.filled(
                TensorType.of(DType.INT32, scales.length),
                c -> Math.rint((bias.getFloat(c) + (plan.biasCorrection() ? w.meanErrors()[c] : 0)) / scales[c]));
        String stored = builder.constant(node.name() + "_bias_int32", steps);
        String scale = builder.constant(node.name() + "_bias_scale", Tensor.floats(scales, scales.length));
        String zero = builder.constant(
                node.name() + "_bias_zero_point", Tensor.filled(TensorType.of(DType.INT32, scales.length), _ -> 0));
        String real = builder.fresh(node.name() + "_bias_dequantized");
        builder.add(new Node(real + "_node", new DequantizeLinear(0), List.of(stored, scale, zero), List.of(real)));
        return real;
    }
}
