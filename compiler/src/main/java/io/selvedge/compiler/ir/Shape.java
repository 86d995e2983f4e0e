package io.selvedge.compiler.ir;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Extents of a tensor, outermost first; a scalar has none. */
public record Shape(List<Dim> dims) {
    public Shape {
        dims = List.copyOf(dims);
    }

    /** A static shape; no extents make a scalar. */
    public static Shape of(long... extents) {
        return new Shape(Arrays.stream(extents).<Dim>mapToObj(Dim.Known::new).toList());
    }

    /** Number of axes. */
    public int rank() {
        return dims.size();
    }

    /** Whether every extent is known. */
    public boolean isStatic() {
        return dims.stream().allMatch(Dim.Known.class::isInstance);
    }

    /** Known extent of an axis.
     *  @throws IllegalStateException when the axis is symbolic: callers run after binding */
    public int extent(int axis) {
        return switch (dims.get(axis)) {
            case Dim.Known(long value) -> Math.toIntExact(value);
            case Dim.Symbol(String name) -> throw new IllegalStateException("unbound dimension " + name);
        };
    }

    /**
     * All extents, outermost first.
     *
     * @throws IllegalStateException when an axis is symbolic
     */
    public int[] extents() {
        int[] extents = new int[rank()];
        for (int axis = 0; axis < extents.length; axis++) {
            extents[axis] = extent(axis);
        }
        return extents;
    }

    /**
     * Product of the extents, 1 for a scalar.
     *
     * @throws IllegalStateException when an axis is symbolic
     * @throws ArithmeticException when the product overflows
     */
    public long elements() {
        long product = 1;
        for (int extent : extents()) {
            product = Math.multiplyExact(product, extent);
        }
        return product;
    }

    @Override
    public String toString() {
        return dims.stream().map(Dim::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
