package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The noise that every layer of a model would add by itself under a plan, by node name. */
record LayerNoises(Map<String, LayerNoise> byNode) {
    static LayerNoises of(Graph graph, LayerSamples samples, QuantizationPlan plan) {
        EqualizedLayers layers = plan.layers(graph);
        EqualizedInputs inputs = EqualizedInputs.of(layers.graph(), plan.ranges(), Set.of());
        Map<String, float[]> factors = new HashMap<>(layers.factors());
        factors.putAll(inputs.factors());
        Graph quantized = Quantizer.quantize(graph, plan, Set.of());
        Map<String, String> read = new HashMap<>();
        inputs.graph().nodes().forEach(node -> read.put(node.name(), node.input(0)));
        Map<String, Node> made = graph.producers();
        Map<String, Node> producers = quantized.producers();
        Map<String, QuantizedLayer> found = new HashMap<>();
        quantized
                .nodes()
                .forEach(node -> QuantizedLayer.of(quantized, producers, node)
                        .ifPresent(layer -> found.put(node.name(), layer)));
        Map<String, LayerNoise> byNode = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            if (Quantizer.isQuantizable(graph, node)) {
                float[] in = factors.getOrDefault(read.getOrDefault(node.name(), ""), new float[0]);
                float[] out = factors.getOrDefault(node.output(), new float[0]);
                byNode.put(
                        node.name(),
                        LayerNoise.of(
                                QuantizedLayer.of(graph, made, node).orElseThrow(),
                                Objects.requireNonNull(found.get(node.name())),
                                samples.of(node.name()),
                                channel -> in.length == 0 ? 1 : in[channel],
                                row -> out.length == 0 ? 1 : out[row]));
            }
        }
        return new LayerNoises(byNode);
    }

    /** Mean over the layers of their own signal-to-noise. */
    double meanSnrDb() {
        return byNode.values().stream().mapToDouble(LayerNoise::snrDb).average().orElse(0);
    }

    /**
     * For every value that layers read, the calibrator whose range disturbs their outputs least.
     *
     * @param plan whose ranges know what every calibrator says
     */
    static Ranges bestRanges(Graph graph, LayerSamples samples, QuantizationPlan plan) {
        Map<String, Range> best = new LinkedHashMap<>(plan.ranges().byValue());
        Map<String, Double> least = new HashMap<>();
        LayerNoises.of(graph, samples, plan).add(graph, least);
        for (String calibrator : Corrections.CALIBRATORS) {
            Ranges tried = plan.ranges().by(calibrator);
            Map<String, Double> noise = new HashMap<>();
            LayerNoises.of(graph, samples, plan.with(tried)).add(graph, noise);
            noise.forEach((value, sum) -> {
                if (sum < 0.99 * Objects.requireNonNull(least.get(value))) {
                    least.put(value, sum);
                    best.put(value, tried.of(value));
                }
            });
        }
        return new Ranges(best);
    }

    /** Relative noise that rounding a value makes in all layers that read it. */
    private void add(Graph graph, Map<String, Double> byValue) {
        for (Node node : graph.nodes()) {
            LayerNoise noise = byNode.get(node.name());
            if (noise != null) {
                byValue.merge(node.input(0), noise.input() / Math.max(noise.signal(), 1e-30), Double::sum);
            }
        }
    }
}
