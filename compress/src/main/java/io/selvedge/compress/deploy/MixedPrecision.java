package io.selvedge.compress.deploy;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compress.quant.QuantizationPlan;
import io.selvedge.compress.quant.Quantizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which layers to give back to fp32 first: those that win most output signal per microsecond lost. The layers with the worst
 * signal-to-noise of their own are tried one by one; the rest cannot matter more.
 */
final class MixedPrecision {
    private static final int TRIED = 8;

    private MixedPrecision() {}

    /**
     * Ranks layers by what accuracy they cost for the time that int8 gains them.
     *
     * @param layerSnr SNR of each quantisable node's result in the all-int8 graph, by node name
     * @param microsLost time that the node gains by int8, by node name
     * @return node names, best to give back first
     */
    static List<String> order(
            Graph simplified,
            QuantizationPlan plan,
            Noise noise,
            Map<String, Double> layerSnr,
            Map<String, Double> microsLost) {
        List<String> nodes = new ArrayList<>(Quantizer.quantizableNodes(simplified));
        nodes.sort(Comparator.comparingDouble(name -> layerSnr.getOrDefault(name, 200.0)));
        List<String> tried = nodes.subList(0, Math.min(TRIED, nodes.size()));
        double allInt8 = outputNoise(simplified, noise, Quantizer.quantize(simplified, plan, Set.of()));
        Map<String, Double> worth = new HashMap<>();
        for (String name : tried) {
            double without = outputNoise(simplified, noise, Quantizer.quantize(simplified, plan, Set.of(name)));
            worth.put(name, (allInt8 - without) / Math.max(0.1, microsLost.getOrDefault(name, 0.1)));
        }
        List<String> order = new ArrayList<>(tried);
        order.sort(Comparator.comparingDouble((String name) -> -worth.getOrDefault(name, 0.0)));
        return order;
    }

    /** Mean relative noise power of the outputs' sources. */
    private static double outputNoise(Graph simplified, Noise noise, Graph quantized) {
        Map<String, Double> snr = noise.byValue(quantized);
        return simplified.outputs().stream()
                .mapToDouble(output -> Math.pow(10, -snr.getOrDefault(output, 200.0) / 10))
                .average()
                .orElse(0);
    }
}
