package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Kernel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The loops of a strided kernel: unit axes dropped, axes merged where every operand allows it, the cheapest axis innermost.
 * The last operand is the output.
 */
final class LoopNest {
    private final List<Integer> extents = new ArrayList<>();
    private final List<long[]> strides = new ArrayList<>();

    /** @param operands inputs, then the output */
    LoopNest(List<Integer> iterations, List<Kernel.Strided> operands, int lanes) {
        for (int axis = 0; axis < iterations.size(); axis++) {
            if (iterations.get(axis) == 1) {
                continue;
            }
            int at = axis;
            long[] own = operands.stream().mapToLong(o -> o.strides().get(at)).toArray();
            int last = extents.size() - 1;
            if (last >= 0 && merges(strides.get(last), own, iterations.get(axis))) {
                extents.set(last, extents.get(last) * iterations.get(axis));
                strides.set(last, own);
            } else {
                extents.add(iterations.get(axis));
                strides.add(own);
            }
        }
        if (extents.isEmpty()) {
            extents.add(1);
            strides.add(new long[operands.size()]);
        }
        int inner = 0;
        for (int axis = 1; axis < extents.size(); axis++) {
            if (cost(axis, lanes) <= cost(inner, lanes)) {
                inner = axis;
            }
        }
        extents.add(extents.remove(inner));
        strides.add(strides.remove(inner));
    }

    private static boolean merges(long[] outer, long[] inner, int extent) {
        for (int i = 0; i < outer.length; i++) {
            if (outer[i] != inner[i] * extent) {
                return false;
            }
        }
        return true;
    }

    /** Work per element when {@code axis} is innermost: contiguous operands move whole vectors, others lane by lane. */
    private double cost(int axis, int lanes) {
        int extent = extents.get(axis);
        double vectors = Math.ceil(extent / (double) lanes);
        double moves = 1;
        for (long stride : strides.get(axis)) {
            moves += stride == 0 || stride == 1 ? 1 : lanes;
        }
        boolean partial = extent % lanes != 0;
        return (vectors * moves + (partial ? 2 * lanes : 0) + 2) / extent;
    }

    int innerExtent() {
        return extents.getLast();
    }

    long innerStride(int operand) {
        return strides.getLast()[operand];
    }

    int outerAxes() {
        return extents.size() - 1;
    }

    /** {@code for} headers of the outer axes, variables i0, i1, ... */
    String open() {
        StringBuilder out = new StringBuilder();
        for (int axis = 0; axis < outerAxes(); axis++) {
            out.append("  for (int i").append(axis).append(" = 0; i").append(axis).append(" < ").append(extents.get(axis));
            out.append("; i").append(axis).append("++)\n");
        }
        return out.toString();
    }

    /** Offset of an operand at the outer indices, as {@code  + i0 * 48}. */
    String offset(int operand) {
        StringBuilder out = new StringBuilder();
        for (int axis = 0; axis < outerAxes(); axis++) {
            long stride = strides.get(axis)[operand];
            if (stride != 0) {
                out.append(" + i").append(axis).append(stride == 1 ? "" : " * " + stride);
            }
        }
        return out.toString();
    }

    /** Puts long outer loops outside. */
    LoopNest sorted() {
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < outerAxes(); axis++) {
            order.add(axis);
        }
        order.sort(Comparator.comparingLong((Integer axis) -> -Math.abs(strides.get(axis)[strides.get(axis).length - 1])));
        List<Integer> newExtents = new ArrayList<>();
        List<long[]> newStrides = new ArrayList<>();
        for (int axis : order) {
            newExtents.add(extents.get(axis));
            newStrides.add(strides.get(axis));
        }
        newExtents.add(extents.getLast());
        newStrides.add(strides.getLast());
        extents.clear();
        extents.addAll(newExtents);
        strides.clear();
        strides.addAll(newStrides);
        return this;
    }
}
