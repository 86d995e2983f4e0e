package io.selvedge.compress.prune;

/** One axis of a tensor. */
public record Axis(Place place, int index) {}
