package io.selvedge.compress.prune;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Which numbers of slices a group may keep: all, or a whole number of vectors, one at least. A layer of 17 channels takes as long
 * as one of 32 where 16 are computed at once.
 *
 * @param lanes channels that the target computes at once
 */
public record Widths(int lanes) {
    public Widths {
        if (lanes < 1) {
            throw new IllegalArgumentException("lanes " + lanes);
        }
    }

    /** Falling, all of them first. */
    public List<Integer> of(Group group) {
        int all = group.slices().size();
        return IntStream.iterate(all, kept -> kept > 0, kept -> kept - 1)
                .filter(kept -> kept == all || kept * group.width() % lanes == 0)
                .boxed()
                .toList();
    }

    /** The allowed number that is nearest, the larger of two. */
    int nearest(Group group, double wanted) {
        int best = group.slices().size();
        for (int kept : of(group)) {
            if (Math.abs(kept - wanted) < Math.abs(best - wanted)) {
                best = kept;
            }
        }
        return best;
    }
}
