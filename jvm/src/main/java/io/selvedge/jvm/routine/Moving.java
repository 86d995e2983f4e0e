package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;

/** Elements that go where a few numbers say, and sums along an axis; moves.h and cumsum.h. */
final class Moving {
    private Moving() {}

    static int triangle(Call call) {
        Region x = call.bits(0, 2);
        Region y = call.bits(2, 2);
        int rows = call.size(1);
        int columns = call.size(2);
        long given = call.region(1, Element.INT64).whole(0);
        long k = Math.max(-rows, Math.min(columns, given));
        for (int i = 0; i < call.size(0) * rows * columns; i++) {
            int row = i / columns % rows;
            int column = i % columns;
            if (call.flag(3) ? column >= row + k : column <= row + k) {
                y.copy(i, x, i, 1);
            } else {
                y.fillBytes(i, 1, call.size(5));
            }
        }
        return 0;
    }

    static int reverseSequence(Call call) {
        Region x = call.bits(0, 2);
        Region y = call.bits(2, 2);
        Region lengths = call.region(1, Element.INT64);
        int times = call.size(1);
        int run = call.size(4) / y.element().width();
        for (int b = 0; b < call.size(0); b++) {
            long length = Math.max(0, Math.min(times, lengths.whole(b)));
            for (int t = 0; t < times; t++) {
                int from = (int) (t < length ? length - 1 - t : t);
                y.copy(
                        (b * call.size(2) + t * call.size(3)) * run,
                        x,
                        (b * call.size(2) + from * call.size(3)) * run,
                        run);
            }
        }
        return 0;
    }

    static int maxUnpool(Call call) {
        Region x = call.bits(0, 2);
        Region y = call.bits(2, 2);
        Region indices = call.region(1, Element.INT64);
        int[] extents = call.list(3);
        int[] strides = call.list(4);
        int pooled = java.util.Arrays.stream(extents).reduce(1, Math::multiplyExact);
        y.fillBytes(0, call.size(0), call.size(6));
        for (int i = 0; i < call.size(1); i++) {
            int rest = indices.place(i, pooled);
            if (rest < 0) {
                return 1;
            }
            int to = 0;
            for (int axis = extents.length - 1; axis >= 0; axis--) {
                to += rest % extents[axis] * strides[axis];
                rest /= extents[axis];
            }
            y.copy(to, x, i, 1);
        }
        return 0;
    }

    static int cumSum(Call call) {
        Region x = call.region(0, call.size(0));
        Region y = call.region(2, call.size(0));
        int rank = call.size(1);
        int[] extents = call.list(2);
        long given = call.indices(1, call.size(3)).whole(0);
        if (given < -rank || given >= rank) {
            return 1;
        }
        int along = (int) (given < 0 ? given + rank : given);
        int outer = 1;
        int inner = 1;
        for (int i = 0; i < rank; i++) {
            outer *= i < along ? extents[i] : 1;
            inner *= i > along ? extents[i] : 1;
        }
        for (int r = 0; r < outer * inner; r++) {
            sum(
                    x,
                    y,
                    r / inner * extents[along] * inner + r % inner,
                    inner,
                    extents[along],
                    call.flag(4),
                    call.flag(5));
        }
        return 0;
    }

    private static void sum(Region x, Region y, int first, int step, int count, boolean exclusive, boolean reverse) {
        double sum = 0;
        long whole = 0;
        for (int k = 0; k < count; k++) {
            int i = first + (reverse ? count - 1 - k : k) * step;
            if (x.isReal()) {
                double next = sum + x.real(i);
                y.putReal(i, exclusive ? sum : next);
                sum = next;
            } else {
                long next = whole + x.whole(i);
                y.putWhole(i, exclusive ? whole : next);
                whole = next;
            }
        }
    }
}
