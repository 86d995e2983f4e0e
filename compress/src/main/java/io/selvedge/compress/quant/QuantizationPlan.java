package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import java.util.Map;

/**
 * How a model is quantised: what was observed, and which corrections are made.
 *
 * @param seen ranges of the model's own activations
 * @param equalizeLayers whether channels between layers are scaled, see {@link EqualizedLayers}
 * @param ranges of the activations that are quantised: those of the scaled channels, by the chosen calibrators
 * @param moments of the inputs of layers whose weights are rounded adaptively; others are rounded to nearest
 * @param biasCorrection whether biases take back the mean error of rounding the weights
 */
public record QuantizationPlan(
        Ranges seen, boolean equalizeLayers, Ranges ranges, Moments moments, boolean biasCorrection) {
    /** The range of least error for every tensor, rounding to nearest, biases corrected. */
    public static QuantizationPlan plain(Ranges ranges) {
        return new QuantizationPlan(ranges, false, ranges, Moments.NONE, true);
    }

    QuantizationPlan with(Ranges other) {
        return new QuantizationPlan(seen, equalizeLayers, other, moments, biasCorrection);
    }

    EqualizedLayers layers(Graph graph) {
        return equalizeLayers ? EqualizedLayers.of(graph, seen) : new EqualizedLayers(graph, Map.of());
    }
}
