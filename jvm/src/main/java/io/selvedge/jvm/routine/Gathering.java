package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;

/** Values chosen by computed indices and put at computed places; native code's gather.h, scatter.h, moves.h and expect.h. */
final class Gathering {
    private static final int SUM = 1;

    private Gathering() {}

    /** Elements in a run of so many bytes. */
    private static int run(Call call, int constant, int y) {
        return call.size(constant) / call.element(y).width();
    }

    static int axis(Call call) {
        Region y = call.bits(2, 2);
        Region data = call.bits(0, 2);
        Region indices = call.indices(1, call.size(4));
        int extent = call.size(1);
        int count = call.size(2);
        int run = run(call, 3, 2);
        for (int i = 0; i < count; i++) {
            int place = indices.place(i, extent);
            if (place < 0) {
                return 1;
            }
            for (int outer = 0; outer < call.size(0); outer++) {
                y.copy((outer * count + i) * run, data, (outer * extent + place) * run, run);
            }
        }
        return 0;
    }

    static int elements(Call call) {
        Region y = call.bits(2, 2);
        Region data = call.bits(0, 2);
        Region indices = call.indices(1, call.size(7));
        int[] strides = call.list(3);
        Odometer at = new Odometer(call.list(2));
        for (int i = 0, start = 0; i < call.size(0); i++, start += at.advance(strides)) {
            int place = indices.place(i, call.size(4));
            if (place < 0) {
                return 1;
            }
            y.copy(i, data, start + place * call.size(5), 1);
        }
        return 0;
    }

    /** The run that a row of coordinates names, -1 when one is out of range. */
    private static int runOf(Region indices, int row, int depth, int[] extents, int[] strides) {
        int run = 0;
        for (int k = 0; k < depth; k++) {
            int place = indices.place(row * depth + k, extents[k]);
            if (place < 0) {
                return -1;
            }
            run += place * strides[k];
        }
        return run;
    }

    static int nd(Call call) {
        Region y = call.bits(2, 2);
        Region data = call.bits(0, 2);
        Region indices = call.indices(1, call.size(7));
        int rows = call.size(1);
        int run = run(call, 6, 2);
        int[] extents = call.list(4);
        int[] strides = call.list(5);
        for (int i = 0; i < call.size(0) * rows; i++) {
            int from = runOf(indices, i, call.size(3), extents, strides);
            if (from < 0) {
                return 1;
            }
            y.copy(i * run, data, (i / rows * call.size(2) + from) * run, run);
        }
        return 0;
    }

    /** {@code y[to]} becomes {@code y[to] join x[from]}: replaced, sum, product, smaller, larger; NaN stays. */
    private static void join(Region y, int to, Region x, int from, int join) {
        boolean takes = join == 0;
        if (y.isReal()) {
            double a = y.real(to);
            double b = x.real(from);
            if (join == 1 || join == 2) {
                y.putReal(to, join == 1 ? a + b : a * b);
            }
            if (join > 2) {
                takes = !Double.isNaN(a) && (Double.isNaN(b) || (join == 3 ? b < a : b > a));
            }
        } else {
            long a = y.whole(to);
            long b = x.whole(from);
            if (join == 1 || join == 2) {
                y.putWhole(to, join == 1 ? a + b : a * b);
            }
            int order = y.element() == Element.UINT64 ? Long.compareUnsigned(b, a) : Long.compare(b, a);
            if (join > 2) {
                takes = join == 3 ? order < 0 : order >= 0;
            }
        }
        if (takes) {
            y.copy(to, x, from, 1);
        }
    }

    static int scatterElements(Call call) {
        Region y = call.region(3, call.size(7));
        Region indices = call.indices(1, call.size(8));
        Region updates = call.region(2, call.size(7));
        y.copy(0, call.region(0, call.size(7)), 0, call.size(0));
        int[] strides = call.list(4);
        Odometer at = new Odometer(call.list(3));
        for (int i = 0, start = 0; i < call.size(1); i++, start += at.advance(strides)) {
            int place = indices.place(i, call.size(5));
            if (place < 0) {
                return 1;
            }
            join(y, start + place * call.size(6), updates, i, call.size(9));
        }
        return 0;
    }

    static int scatterNd(Call call) {
        Region y = call.region(3, call.size(6));
        Region indices = call.indices(1, call.size(7));
        Region updates = call.region(2, call.size(6));
        y.copy(0, call.region(0, call.size(6)), 0, call.size(0));
        int run = call.size(5);
        int[] extents = call.list(3);
        int[] strides = call.list(4);
        for (int i = 0; i < call.size(1); i++) {
            int to = runOf(indices, i, call.size(2), extents, strides);
            if (to < 0) {
                return 1;
            }
            for (int k = 0; k < run; k++) {
                join(y, to * run + k, updates, i * run + k, call.size(8));
            }
        }
        return 0;
    }

    static int oneHot(Call call) {
        Region indices = call.region(0, call.size(3));
        Region values = call.bits(1, 2);
        Region y = call.bits(2, 2);
        int depth = call.size(1);
        int inner = call.size(2);
        for (int outer = 0; outer < call.size(0); outer++) {
            for (int i = 0; i < inner; i++) {
                long given = indices.whole(outer * inner + i);
                long on = given < 0 ? given + depth : given;
                for (int k = 0; k < depth; k++) {
                    y.copy((outer * depth + k) * inner + i, values, k == on ? 1 : 0, 1);
                }
            }
        }
        return 0;
    }

    /** A copy that is made only if a list of whole numbers is as the compiler assumed. */
    static int expect(Call call, Element type) {
        Region values = call.region(1, type);
        Region table = call.region(2, Element.INT64);
        int choices = call.size(2);
        long seen = 0;
        for (int i = 0; i < call.size(1); i++) {
            long value = values.whole(i);
            if (choices > 0) {
                boolean allowed = false;
                for (int c = 0; c < choices; c++) {
                    allowed |= table.whole(i * choices + c) == value;
                }
                if (!allowed) {
                    return 1;
                }
            } else {
                value += value < 0 ? table.whole(2) : 0;
                if (value < 0 || value >= table.whole(2) || (seen >>> value & 1) != 0) {
                    return 1;
                }
                seen |= 1L << value;
            }
        }
        if (choices == 0 && ((seen & table.whole(0)) != table.whole(0) || (seen & ~table.whole(1)) != 0)) {
            return 1;
        }
        call.bits(3, 3).copy(0, call.bits(0, 3), 0, run(call, 0, 3));
        return 0;
    }

    /** Blocks of an image, laid back over each other and added up; col2im.h. */
    static int blocks(Call call) {
        Region x = call.region(0, call.size(0));
        Region y = call.region(1, call.size(0));
        int[] image = call.list(3);
        int[] block = call.list(4);
        int[] places = call.list(5);
        int[] strides = call.list(6);
        int[] dilations = call.list(7);
        int[] pads = call.list(8);
        int size = product(image);
        int taps = product(block);
        int columns = product(places);
        y.fillBytes(0, call.size(1) * size, call.size(9));
        for (int i = 0; i < call.size(1) * taps * columns; i++) {
            int tap = i / columns % taps;
            int place = i % columns;
            int to = i / columns / taps * size;
            int stride = 1;
            boolean inside = true;
            for (int axis = call.size(2) - 1; axis >= 0; axis--) {
                int at = place % places[axis] * strides[axis] + tap % block[axis] * dilations[axis] - pads[axis];
                inside &= at >= 0 && at < image[axis];
                to += at * stride;
                stride *= image[axis];
                place /= places[axis];
                tap /= block[axis];
            }
            if (inside) {
                join(y, to, x, i, SUM);
            }
        }
        return 0;
    }

    private static int product(int[] extents) {
        int product = 1;
        for (int extent : extents) {
            product *= extent;
        }
        return product;
    }
}
