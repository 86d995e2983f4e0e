package io.selvedge.compress.deploy;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Limits that a candidate must keep; an empty one is no limit.
 *
 * @param maxDrop absolute points of the metric (1 = 0.01 of accuracy or AUC); for mse per cent of the original's error
 * @param maxLatencyMicros of the measured median of one inference
 * @param maxArenaBytes of the planned arena
 * @param maxBundleBytes of the bundle file
 */
public record Budgets(
        OptionalDouble maxDrop,
        OptionalDouble maxLatencyMicros,
        OptionalLong maxArenaBytes,
        OptionalLong maxBundleBytes) {
    /** No limit at all: the fastest candidate wins. */
    public static final Budgets NONE =
            new Budgets(OptionalDouble.empty(), OptionalDouble.empty(), OptionalLong.empty(), OptionalLong.empty());

    /** Whether nothing is limited. */
    public boolean isEmpty() {
        return equals(NONE);
    }
}
