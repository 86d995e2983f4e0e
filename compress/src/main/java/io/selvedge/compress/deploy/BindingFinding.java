package io.selvedge.compress.deploy;

import java.util.OptionalDouble;

/**
 * What a session of one binding of the chosen candidate costs.
 *
 * @param dims the extents, {@code batch=1,seq=32}
 * @param latencyMicrosP50 median of one inference; empty when it was not measured
 * @param latencyMicrosP95 95th percentile of one inference
 * @param preparedBytes memory for what is computed from the weights at load
 * @param codeBytes of the measured target's library
 */
public record BindingFinding(
        String dims,
        OptionalDouble latencyMicrosP50,
        OptionalDouble latencyMicrosP95,
        long arenaBytes,
        long preparedBytes,
        long codeBytes) {}
