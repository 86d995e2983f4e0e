package io.selvedge.jvm.kernel;

/**
 * The part of a window that one call multiplies: runs of {@code length} neighbours in x, which begin at these offsets from the
 * window's first element. Its weights follow each other, {@link Tiles#BLOCK} for every element.
 *
 * @param weightsAt where they begin within those of a block
 * @param depth elements of the whole window: how far apart blocks lie, in units of 16 weights
 */
public record Span(int[] offsets, int length, int weightsAt, int depth) {}
