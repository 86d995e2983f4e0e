package io.selvedge.compress.eval;

/** A closed interval of a difference, in the unit of {@link Metric#drop}. */
public record Interval(double low, double high) {}
