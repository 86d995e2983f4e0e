package io.selvedge.jvm.kernel;

/**
 * The part of a window that one call multiplies: runs of {@code length} neighbours in x, which begin at these offsets from the
 * window's first element. Its weights follow each other, {@link Tiles#BLOCK} for every element.
 *
 * @param weightsAt where they begin within those of a block
 * @param depth elements of the whole window: how far apart blocks lie, in units of 16 weights
 * @param elements the place of every element where runs are short, else empty
 */
public record Span(int[] offsets, int length, int weightsAt, int depth, int[] elements) {
    private static final int SHORT = 16;

    /** Without the places of elements, which follow. */
    public Span(int[] offsets, int length, int weightsAt, int depth) {
        this(offsets, length, weightsAt, depth, elements(offsets, length));
    }

    private static int[] elements(int[] offsets, int length) {
        if (length >= SHORT) {
            return new int[0];
        }
        int[] elements = new int[offsets.length * length];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = offsets[i / length] + i % length;
        }
        return elements;
    }
}
