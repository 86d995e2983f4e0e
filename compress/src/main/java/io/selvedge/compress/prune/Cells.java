package io.selvedge.compress.prune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Disjoint sets of the positions along all axes of all tensors: what is tied is cut together, what is pinned stays. */
final class Cells {
    private record Span(int first, int extent) {}

    private final Map<Axis, Span> spans = new LinkedHashMap<>();
    private final List<Axis> axes = new ArrayList<>();
    private int[] parents = new int[256];
    private int[] axisOf = new int[256];
    private int count;
    /** By root. */
    private final Map<Integer, String> pins = new HashMap<>();

    private long changes;

    /** Number of the axis's first position; the others follow. */
    int first(Axis axis, int extent) {
        Span span = spans.computeIfAbsent(axis, key -> {
            Span added = new Span(count, extent);
            grow(count + extent);
            for (int i = 0; i < extent; i++) {
                parents[count] = count;
                axisOf[count++] = axes.size();
            }
            axes.add(key);
            return added;
        });
        if (span.extent() != extent) {
            throw new IllegalStateException(axis + " has " + span.extent() + " positions, not " + extent);
        }
        return span.first();
    }

    private void grow(int needed) {
        if (needed > parents.length) {
            int length = Math.max(needed, 2 * parents.length);
            parents = Arrays.copyOf(parents, length);
            axisOf = Arrays.copyOf(axisOf, length);
        }
    }

    int root(int cell) {
        int at = cell;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }

    void tie(int a, int b) {
        int low = Math.min(root(a), root(b));
        int high = Math.max(root(a), root(b));
        if (low != high) {
            parents[high] = low;
            changes++;
            String pin = pins.remove(high);
            if (pin != null) {
                pins.putIfAbsent(low, pin);
            }
        }
    }

    /** Says why a position stays, unless that was said before. */
    void pin(int cell, String why) {
        if (pins.putIfAbsent(root(cell), why) == null) {
            changes++;
        }
    }

    Optional<String> pinned(int cell) {
        return Optional.ofNullable(pins.get(root(cell)));
    }

    /** Grows with everything that is tied or pinned anew. */
    long changes() {
        return changes;
    }

    /** Positions of an axis; empty when nothing ever named it. */
    Optional<int[]> cells(Axis axis) {
        return Optional.ofNullable(spans.get(axis)).map(span -> {
            int[] cells = new int[span.extent()];
            Arrays.setAll(cells, i -> span.first() + i);
            return cells;
        });
    }

    /** The sets that nothing pins, by their first position, each in order. */
    List<List<Cell>> free() {
        Map<Integer, List<Cell>> sets = new LinkedHashMap<>();
        for (int cell = 0; cell < count; cell++) {
            int root = root(cell);
            if (!pins.containsKey(root)) {
                Axis axis = axes.get(axisOf[cell]);
                sets.computeIfAbsent(root, _ -> new ArrayList<>()).add(new Cell(axis, cell - first(axis)));
            }
        }
        return List.copyOf(sets.values());
    }

    private int first(Axis axis) {
        return java.util.Objects.requireNonNull(spans.get(axis)).first();
    }
}
