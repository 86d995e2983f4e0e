package io.selvedge.jvm.routine;

/** All indices of some extents, the last axis fastest. */
final class Odometer {
    private final int[] extents;
    private final int[] at;

    Odometer(int[] extents) {
        this.extents = extents;
        at = new int[extents.length];
    }

    int at(int axis) {
        return at[axis];
    }

    /** Goes on; how far the element lies from the one before. */
    int advance(int[] strides) {
        int moved = 0;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            moved += strides[axis];
            if (++at[axis] < extents[axis]) {
                break;
            }
            moved -= strides[axis] * extents[axis];
            at[axis] = 0;
        }
        return moved;
    }
}
