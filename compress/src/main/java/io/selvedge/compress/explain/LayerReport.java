package io.selvedge.compress.explain;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One layer of both models.
 *
 * @param name of the original's node
 * @param snrDb signal-to-noise of its result in the compressed model, all noise in front of it included
 * @param ownDb of what the layer itself adds, given the original's activations
 * @param inputDb of that, rounding and clipping its input
 * @param weightsDb of that, its weights
 * @param biasDb of that, a shift of the mean
 * @param finding the worst thing about it, if it is bad enough to tell
 */
public record LayerReport(
        String name,
        String op,
        OptionalDouble snrDb,
        double ownDb,
        double inputDb,
        double weightsDb,
        double biasDb,
        Optional<Finding> finding) {}
