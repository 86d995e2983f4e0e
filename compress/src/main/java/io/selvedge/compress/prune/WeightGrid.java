package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A weight tensor as output channels by input channels by taps, whatever the order of its axes.
 *
 * @param name of the constant
 * @param writes axis of the output channels
 * @param reads axis of the input channels
 */
record WeightGrid(String name, Shape shape, int writes, int reads) {
    /** The weights of every layer of a graph, in its order; a constant that several layers read is listed once. */
    static List<WeightGrid> of(Graph graph) {
        Map<String, WeightGrid> grids = new LinkedHashMap<>();
        Map<Place, Integer> writes = new LinkedHashMap<>();
        Map<Place, Integer> reads = new LinkedHashMap<>();
        Groups.roles(graph)
                .forEach((axis, role) -> (role == Role.WRITES ? writes : reads).put(axis.place(), axis.index()));
        writes.forEach((place, axis) -> grids.putIfAbsent(
                place.value(),
                new WeightGrid(
                        place.value(),
                        graph.type(place.value()).shape(),
                        axis,
                        java.util.Objects.requireNonNull(reads.get(place)))));
        return new ArrayList<>(grids.values());
    }

    int outputs() {
        return shape.extent(writes);
    }

    int inputs() {
        return shape.extent(reads);
    }

    int taps() {
        return Math.toIntExact(shape.elements() / Math.max(1, (long) outputs() * inputs()));
    }

    /** Element indices as {@code [output][input][tap]}. */
    int[][][] indices() {
        int[][][] indices = new int[outputs()][inputs()][taps()];
        int[][] seen = new int[outputs()][inputs()];
        Lane rows = new Lane(shape, writes);
        Lane columns = new Lane(shape, reads);
        for (int i = 0; i < shape.elements(); i++) {
            int o = i / rows.inner() % rows.extent();
            int c = i / columns.inner() % columns.extent();
            indices[o][c][seen[o][c]++] = i;
        }
        return indices;
    }
}
