package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.program.View;

/** Row-major arithmetic: how many elements apart neighbours along each axis lie, and walks with other strides. */
final class Strides {
    private Strides() {}

    static int[] of(int[] extents) {
        return View.denseStrides(extents);
    }

    /** Elements of the axes {@code from} (inclusive) to {@code to} (exclusive). */
    static int product(int[] extents, int from, int to) {
        int product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= extents[axis];
        }
        return product;
    }

    /** Offsets that a walk over {@code extents}, last axis fastest, visits with these strides. */
    static int[] walk(int[] extents, int[] strides, int start) {
        int[] offsets = new int[product(extents, 0, extents.length)];
        int[] index = new int[extents.length];
        int offset = start;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = offset;
            for (int axis = extents.length - 1; axis >= 0; axis--) {
                offset += strides[axis];
                if (++index[axis] < extents[axis]) {
                    break;
                }
                offset -= strides[axis] * extents[axis];
                index[axis] = 0;
            }
        }
        return offsets;
    }

    /** For each element of the broadcast shape the element of {@code from} that it reads. */
    static int[] broadcast(Shape from, Shape to) {
        int[] extents = to.extents();
        int[] strides = new int[extents.length];
        int lead = to.rank() - from.rank();
        int[] own = of(from.extents());
        for (int axis = lead; axis < extents.length; axis++) {
            strides[axis] = from.extent(axis - lead) == 1 ? 0 : own[axis - lead];
        }
        return walk(extents, strides, 0);
    }

    /** The shape that both operands broadcast to, NumPy's rule.
     *  @throws io.selvedge.compiler.diag.SelvedgeException SHAPE_MISMATCH */
    static Shape common(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        long[] extents = new long[rank];
        for (int back = 1; back <= rank; back++) {
            int left = back <= a.rank() ? a.extent(a.rank() - back) : 1;
            int right = back <= b.rank() ? b.extent(b.rank() - back) : 1;
            Operands.shapes(
                    left == right || left == 1 || right == 1,
                    "needs shapes that broadcast (equal extents or 1, from the last axis on), got %s and %s",
                    a,
                    b);
            extents[rank - back] = left == 1 ? right : left;
        }
        return Shape.of(extents);
    }
}
