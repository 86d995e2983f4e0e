package io.selvedge.compress.explain;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Why a compressed model differs.
 *
 * @param layers in the original's order
 * @param unmatched the original's layers that the compressed model does not have in that form
 * @param findings worst first
 * @param outputDb signal-to-noise of the outputs, in front of a Softmax; empty when both are equal
 */
public record Explanation(
        List<LayerReport> layers,
        List<String> unmatched,
        List<Finding> findings,
        OptionalDouble outputDb,
        int samples) {
    public Explanation {
        layers = List.copyOf(layers);
        unmatched = List.copyOf(unmatched);
        findings = List.copyOf(findings);
    }
}
