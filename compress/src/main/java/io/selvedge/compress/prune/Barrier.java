package io.selvedge.compress.prune;

/** A layer that keeps channels, and why. */
public record Barrier(String layer, int channels, String why) {}
