package io.selvedge.compress.prune;

/** One position along an axis: the smallest thing that is cut, as wide and deep as the tensor's other axes. */
public record Cell(Axis axis, int position) {}
