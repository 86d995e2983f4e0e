package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Shape;

/** Where the elements of a tensor lie that share a position along one axis. */
record Lane(int extent, int inner, int elements) {
    Lane(Shape shape, int axis) {
        this(shape.extent(axis), inner(shape, axis), Math.toIntExact(shape.elements()));
    }

    private static int inner(Shape shape, int axis) {
        int inner = 1;
        for (int i = axis + 1; i < shape.rank(); i++) {
            inner *= shape.extent(i);
        }
        return inner;
    }

    /** Indices of the elements at a position, ascending. */
    int[] elements(int position) {
        int[] found = new int[elements / extent];
        int at = 0;
        for (int from = position * inner; from < elements; from += extent * inner) {
            for (int i = from; i < from + inner; i++) {
                found[at++] = i;
            }
        }
        return found;
    }
}
