package io.selvedge.jvm.kernel;

import java.util.List;

/** The places of one strided operand in row-major order of the extents, taken in runs; axes that follow each other evenly are one. */
final class Walk {
    private final int[] extents;
    private final int[] strides;
    private final int first;
    private final int[] index;
    private int at;

    Walk(List<Integer> extents, List<Integer> strides, int first) {
        int[] mergedExtents = new int[extents.size() + 1];
        int[] mergedStrides = new int[extents.size() + 1];
        int axes = 0;
        for (int axis = 0; axis < extents.size(); axis++) {
            int extent = extents.get(axis);
            int stride = strides.get(axis);
            if (extent == 1) {
                continue;
            }
            if (axes > 0 && (long) stride * extent == mergedStrides[axes - 1]) {
                mergedExtents[axes - 1] = Math.multiplyExact(mergedExtents[axes - 1], extent);
                mergedStrides[axes - 1] = stride;
            } else {
                mergedExtents[axes] = extent;
                mergedStrides[axes] = stride;
                axes++;
            }
        }
        if (axes == 0) {
            mergedExtents[axes++] = 1;
        }
        this.extents = java.util.Arrays.copyOf(mergedExtents, axes);
        this.strides = java.util.Arrays.copyOf(mergedStrides, axes);
        this.first = first;
        this.index = new int[axes];
        this.at = first;
    }

    private Walk(Walk like) {
        extents = like.extents;
        strides = like.strides;
        first = like.first;
        index = new int[extents.length];
        at = first;
    }

    /** One that begins at the first place again. */
    Walk restarted() {
        return new Walk(this);
    }

    /** Where the next element lies. */
    int place() {
        return at;
    }

    /** How far apart the elements of a run lie. */
    int stride() {
        return strides[strides.length - 1];
    }

    /** Elements from {@link #place} on that lie {@link #stride} apart. */
    int run() {
        int last = extents.length - 1;
        return extents[last] - index[last];
    }

    /** Goes {@code count} elements on, at most {@link #run}. */
    void advance(int count) {
        int last = extents.length - 1;
        index[last] += count;
        at += count * strides[last];
        for (int axis = last; axis > 0 && index[axis] == extents[axis]; axis--) {
            at += strides[axis - 1] - extents[axis] * strides[axis];
            index[axis] = 0;
            index[axis - 1]++;
        }
    }
}
