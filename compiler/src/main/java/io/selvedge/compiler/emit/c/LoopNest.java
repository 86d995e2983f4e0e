package io.selvedge.compiler.emit.c;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Axes that several strided operands are walked along, outermost first. Unit axes are gone, the last operand (the output)
 * decides the order, and neighbours that all operands walk evenly are one axis. Never empty.
 */
record LoopNest(List<Axis> axes) {
    private static final int MAX_PARTS = 64;

    /** One loop; a stride per operand, in elements. */
    record Axis(int extent, List<Integer> strides) {
        Axis {
            strides = List.copyOf(strides);
        }

        int output() {
            return strides.getLast();
        }
    }

    LoopNest {
        axes = List.copyOf(axes);
    }

    /**
     * The nest over {@code extents}.
     *
     * @param operands per operand a stride for every axis, the output last
     */
    static LoopNest of(List<Integer> extents, List<List<Integer>> operands) {
        List<Axis> axes = new ArrayList<>();
        for (int i = 0; i < extents.size(); i++) {
            int axis = i;
            if (extents.get(i) != 1) {
                axes.add(new Axis(
                        extents.get(i), operands.stream().map(s -> s.get(axis)).toList()));
            }
        }
        axes.sort(
                Comparator.comparingInt((Axis axis) -> Math.abs(axis.output())).reversed());
        return merged(axes, operands.size());
    }

    /** Axes in the given order, evenly walked neighbours merged. */
    static LoopNest merged(List<Axis> axes, int operands) {
        List<Axis> merged = new ArrayList<>();
        for (Axis inner : axes) {
            if (!merged.isEmpty() && follows(merged.getLast(), inner)) {
                Axis outer = merged.removeLast();
                merged.add(new Axis(Math.multiplyExact(outer.extent(), inner.extent()), inner.strides()));
            } else {
                merged.add(inner);
            }
        }
        if (merged.isEmpty()) {
            merged.add(new Axis(1, Collections.nCopies(operands, 1)));
        }
        return new LoopNest(merged);
    }

    private static boolean follows(Axis outer, Axis inner) {
        for (int i = 0; i < inner.strides().size(); i++) {
            if (outer.strides().get(i) != inner.strides().get(i) * inner.extent()) {
                return false;
            }
        }
        return true;
    }

    /** The nest with axis number {@code position} innermost. */
    LoopNest inner(int position) {
        List<Axis> moved = new ArrayList<>(axes);
        moved.add(moved.remove(position));
        return new LoopNest(moved);
    }

    /**
     * A nest of a single axis as two, so that threads can share the outer one; the inner one is a multiple of {@code multiple}
     * elements. Nests of several axes, and axes that do not divide, stay.
     */
    LoopNest divided(int multiple) {
        if (axes.size() > 1) {
            return this;
        }
        Axis axis = axes.getFirst();
        for (int parts = MAX_PARTS; parts > 1; parts--) {
            if (axis.extent() % (parts * multiple) == 0) {
                int inner = axis.extent() / parts;
                List<Integer> steps =
                        axis.strides().stream().map(stride -> stride * inner).toList();
                return new LoopNest(List.of(new Axis(parts, steps), new Axis(inner, axis.strides())));
            }
        }
        return this;
    }

    Axis innermost() {
        return axes.getLast();
    }

    /** Axes around the innermost. */
    List<Axis> outer() {
        return axes.subList(0, axes.size() - 1);
    }
}
