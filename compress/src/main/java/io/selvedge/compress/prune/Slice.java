package io.selvedge.compress.prune;

import java.util.List;

/**
 * Positions that only go together: one channel, in every tensor that knows it. Behind a flatten a channel is as many positions as
 * it has pixels; in a grouped convolution it is the same place in every group.
 */
public record Slice(List<Cell> cells) {
    public Slice {
        cells = List.copyOf(cells);
    }

    /** How many positions of an axis it takes. */
    public int width(Axis axis) {
        return (int) cells.stream().filter(cell -> cell.axis().equals(axis)).count();
    }
}
