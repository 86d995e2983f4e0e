package io.selvedge.compress.explain;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compress.quant.Moments;
import io.selvedge.compress.quant.QuantizedWeights;
import io.selvedge.compress.quant.Range;
import io.selvedge.compress.quant.Ranges;
import io.selvedge.compress.quant.TensorQuantizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Other numbers in a compressed graph, whose structure stays: ranges of single activations, weights of single layers from the
 * original, or a layer in float; and the biases that hang on them.
 */
final class Patch {
    private final Graph original;
    private final Graph compressed;
    private final Ranges ranges;
    private final GraphBuilder builder;
    /** Scale and zero point that replace those of a quantiser, by the name of either of its nodes. */
    private final Map<String, String[]> parameters = new HashMap<>();

    private final Map<String, Float> scales = new HashMap<>();

    private Patch(Graph original, Graph compressed, Ranges ranges) {
        this.original = original;
        this.compressed = compressed;
        this.ranges = ranges;
        this.builder = new GraphBuilder(compressed.name());
    }

    /**
     * The patched graph, simplified.
     *
     * @param values activations of the original whose quantisers get the range that is in {@code ranges}
     * @param layers nodes of the original whose weights are quantised again, one scale per channel
     * @param floats nodes of the original that compute in float
     */
    static Graph apply(
            Graph original,
            Graph compressed,
            LayerPairs pairs,
            Ranges ranges,
            Set<String> values,
            Set<String> layers,
            Set<String> floats) {
        return Compiler.simplify(new Patch(original, compressed, ranges).run(pairs, values, layers, floats));
    }

    private Graph run(LayerPairs pairs, Set<String> values, Set<String> layers, Set<String> floats) {
        builder.reserve(compressed.types().keySet());
        compressed.inputs().forEach(input -> builder.input(input, compressed.type(input)));
        compressed.constants().forEach(builder::namedConstant);
        Map<String, LayerPairs.Pair> byNode = new HashMap<>();
        for (LayerPairs.Pair pair : pairs.pairs()) {
            byNode.put(pair.compressed().node().name(), pair);
        }
        ValuePairs.of(original, compressed, pairs).forEach((value, quantizer) -> {
            if (values.contains(value)) {
                retune(quantizer, ranges.of(value));
            }
        });
        for (Node node : compressed.nodes()) {
            LayerPairs.Pair pair = byNode.get(node.name());
            String[] own = parameters.get(node.name());
            if (own != null) {
                builder.add(new Node(node.name(), node.op(), List.of(node.input(0), own[0], own[1]), node.outputs()));
            } else if (pair != null) {
                builder.add(layer(pair, layers, floats));
            } else {
                builder.add(node);
            }
        }
        compressed.outputs().forEach(builder::output);
        return builder.build();
    }

    private void retune(TensorQuantizer quantizer, Range range) {
        if (parameters.containsKey(quantizer.quantize().name())) {
            return;
        }
        boolean signed = quantizer.dtype() == DType.INT8;
        float scale = Math.max((range.hi() - range.lo()) / 255, Float.MIN_NORMAL);
        long zero = Math.clamp((long) Math.rint(-range.lo() / scale), 0, 255) - (signed ? 128L : 0L);
        String[] names = {
            builder.constant(quantizer.source() + "_retuned_scale", Tensor.floats(new float[] {scale})),
            builder.constant(
                    quantizer.source() + "_retuned_zero_point",
                    Tensor.integers(TensorType.of(quantizer.dtype()), _ -> zero))
        };
        parameters.put(quantizer.quantize().name(), names);
        parameters.put(quantizer.dequantize().name(), names);
        scales.put(quantizer.quantize().name(), scale);
    }

    private Node layer(LayerPairs.Pair pair, Set<String> layers, Set<String> floats) {
        Node node = pair.compressed().node();
        Optional<TensorQuantizer> input = pair.compressed().input();
        List<String> inputs = new ArrayList<>(node.inputs());
        Node source = pair.original().node();
        if (floats.contains(pair.name())) {
            input.ifPresent(q -> inputs.set(0, q.source()));
            inputs.set(
                    1, builder.constant(node.name() + "_float", pair.original().weights()));
            pair.original().bias().ifPresent(bias -> setBias(inputs, builder.constant(node.name() + "_bias", bias)));
            return new Node(node.name(), node.op(), inputs, node.outputs());
        }
        if (input.isEmpty()) {
            return node;
        }
        Float retuned = scales.get(input.get().quantize().name());
        float scale = retuned == null ? input.get().scale() : retuned;
        if (layers.contains(pair.name())) {
            QuantizedWeights eight = QuantizedWeights.of(
                    original, source, scale, ranges.of(source.input(0)), Moments.NONE, Map.of(), Optional.empty());
            TensorType type =
                    new TensorType(DType.INT8, pair.original().weights().shape());
            Tensor weightScales = Tensor.floats(eight.scales(), eight.scales().length);
            inputs.set(
                    1,
                    dequantized(node.name() + "_weights", Tensor.of(type, eight.steps()), weightScales, eight.axis()));
            pair.original()
                    .bias()
                    .ifPresent(bias -> setBias(
                            inputs,
                            bias(
                                    node,
                                    scale,
                                    weightScales,
                                    c -> bias.getFloat(c) + eight.meanErrors()[c],
                                    bias.elements())));
        } else if (retuned != null
                && pair.compressed().bias().isPresent()
                && pair.compressed().weightScales().isPresent()) {
            Tensor bias = pair.compressed().bias().get();
            setBias(inputs, bias(node, scale, pair.compressed().weightScales().get(), bias::getFloat, bias.elements()));
        }
        return new Node(node.name(), node.op(), inputs, node.outputs());
    }

    private static void setBias(List<String> inputs, String bias) {
        if (inputs.size() > 2) {
            inputs.set(2, bias);
        } else {
            inputs.add(bias);
        }
    }

    private String bias(
            Node node, float scale, Tensor weightScales, java.util.function.IntToDoubleFunction value, int channels) {
        float[] steps = new float[channels];
        for (int c = 0; c < channels; c++) {
            steps[c] = scale * weightScales.getFloat(weightScales.elements() == 1 ? 0 : c);
        }
        Tensor rounded =
                Tensor.filled(TensorType.of(DType.INT32, channels), c -> Math.rint(value.applyAsDouble(c) / steps[c]));
        return dequantized(node.name() + "_bias", rounded, Tensor.floats(steps, channels), 0);
    }

    private String dequantized(String hint, Tensor steps, Tensor scale, int axis) {
        String stored = builder.constant(hint + "_steps", steps);
        String scales = builder.constant(hint + "_scale", scale);
        String zero = builder.constant(
                hint + "_zero_point", Tensor.filled(new TensorType(steps.dtype(), scale.shape()), _ -> 0));
        return builder.add(hint + "_dequantized", new DequantizeLinear(axis), stored, scales, zero);
    }
}
