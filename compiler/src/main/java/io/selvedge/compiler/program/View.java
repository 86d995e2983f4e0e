package io.selvedge.compiler.program;

import java.util.Arrays;

/**
 * Where the elements of a value lie: a buffer (or weight) walked with one stride per axis of the value's ONNX shape. Transposes,
 * reshapes of dense data and slices are views and cost nothing.
 *
 * @param offset elements before the first, counted from the buffer's start
 */
public record View(int buffer, boolean weight, int offset, int[] extents, int[] strides) {

    /** How many elements apart neighbours along each axis lie in row-major order. */
    public static int[] denseStrides(int[] extents) {
        int[] strides = new int[extents.length];
        int stride = 1;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= extents[axis];
        }
        return strides;
    }

    /** Whether its elements lie in row-major order without gaps. */
    public boolean isDense() {
        int[] dense = denseStrides(extents);
        for (int axis = 0; axis < dense.length; axis++) {
            if (extents[axis] != 1 && strides[axis] != dense[axis]) {
                return false;
            }
        }
        return true;
    }

    /** The view with axes in another order: axis i of the result is axis permutation[i] of this. */
    public View permuted(int... permutation) {
        int[] newExtents = new int[permutation.length];
        int[] newStrides = new int[permutation.length];
        for (int i = 0; i < permutation.length; i++) {
            newExtents[i] = extents[permutation[i]];
            newStrides[i] = strides[permutation[i]];
        }
        return new View(buffer, weight, offset, newExtents, newStrides);
    }

    /** {@code [start, start + step, ...)} of one axis; step may be negative. */
    public View sliced(int axis, int start, int step, int extent) {
        int[] newExtents = extents.clone();
        int[] newStrides = strides.clone();
        newExtents[axis] = extent;
        newStrides[axis] = strides[axis] * step;
        return new View(buffer, weight, offset + start * strides[axis], newExtents, newStrides);
    }

    /** Broadcast to {@code target} extents by ONNX (numpy) rules: missing and unit axes get stride 0. */
    public View broadcast(int... target) {
        int[] newStrides = new int[target.length];
        int shift = target.length - extents.length;
        for (int axis = Math.max(0, shift); axis < target.length; axis++) {
            newStrides[axis] = extents[axis - shift] == 1 && target[axis] != 1 ? 0 : strides[axis - shift];
        }
        return new View(buffer, weight, offset, target.clone(), newStrides);
    }

    /** The same elements in row-major order under other extents, if strides can express it. */
    public java.util.Optional<View> reshaped(int... target) {
        if (elements() == 0) {
            return java.util.Optional.of(new View(buffer, weight, offset, target.clone(), denseStrides(target)));
        }
        int[] newStrides = new int[target.length];
        int from = extents.length - 1;
        int to = target.length - 1;
        while (to >= 0) {
            if (target[to] == 1) {
                newStrides[to--] = 0;
                continue;
            }
            while (from >= 0 && extents[from] == 1) {
                from--;
            }
            if (from < 0) {
                return java.util.Optional.empty();
            }
            // Group axes of both sides until their products agree; the source group must be evenly strided.
            long have = extents[from];
            long want = target[to];
            int firstFrom = from;
            int firstTo = to;
            while (have != want) {
                if (have < want) {
                    from--;
                    while (from >= 0 && extents[from] == 1) {
                        from--;
                    }
                    if (from < 0) {
                        return java.util.Optional.empty();
                    }
                    have *= extents[from];
                } else {
                    to--;
                    if (to < 0) {
                        return java.util.Optional.empty();
                    }
                    want *= target[to];
                }
            }
            if (!evenlyStrided(from, firstFrom)) {
                return java.util.Optional.empty();
            }
            int stride = strides[firstFrom];
            for (int axis = firstTo; axis >= to; axis--) {
                newStrides[axis] = stride;
                stride *= target[axis];
            }
            from--;
            to--;
        }
        return java.util.Optional.of(new View(buffer, weight, offset, target.clone(), newStrides));
    }

    private boolean evenlyStrided(int first, int last) {
        int expected = strides[last];
        for (int axis = last; axis >= first; axis--) {
            if (extents[axis] == 1) {
                continue;
            }
            if (strides[axis] != expected) {
                return false;
            }
            expected *= extents[axis];
        }
        return true;
    }

    public Kernel.Strided strided() {
        return new Kernel.Strided(
                buffer, weight, offset, Arrays.stream(strides).boxed().toList());
    }

    public java.util.List<Integer> extentList() {
        return Arrays.stream(extents).boxed().toList();
    }

    public int elements() {
        return Arrays.stream(extents).reduce(1, Math::multiplyExact);
    }
}
