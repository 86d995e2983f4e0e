package io.selvedge.compress.deploy;

/**
 * What the chosen candidate takes on so many threads.
 *
 * @param latencyMicrosP50 median of one inference
 * @param latencyMicrosP95 95th percentile of one inference
 * @param chosen whether the bundle says so many
 */
public record ThreadFinding(int threads, double latencyMicrosP50, double latencyMicrosP95, boolean chosen) {}
