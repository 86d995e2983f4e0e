package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;
import java.util.Arrays;

/** Which elements are the largest or the smallest, and results whose length the data decides; order.h and select.h. */
final class Ordering {
    private Ordering() {}

    static int argReduce(Call call) {
        Region x = call.region(0, call.size(0));
        Region y = call.region(1, Element.INT64);
        int count = call.size(2);
        int inner = call.size(3);
        boolean max = call.flag(4);
        for (int r = 0; r < call.size(1) * inner; r++) {
            int row = r / inner * count * inner + r % inner;
            int best = 0;
            for (int k = 1; k < count; k++) {
                int a = row + best * inner;
                int b = row + k * inner;
                boolean better = max ? x.less(a, b) : x.less(b, a);
                boolean worse = max ? x.less(b, a) : x.less(a, b);
                best = better || (call.flag(5) && !worse) ? k : best;
            }
            y.putWhole(r, best);
        }
        return 0;
    }

    /** Places of the first elements of a row, in order; of equal ones the first. */
    private static Integer[] sorted(Region x, int row, int inner, Integer[] candidates, boolean largest) {
        Arrays.sort(candidates, (a, b) -> {
            int at = row + a * inner;
            int bt = row + b * inner;
            boolean more = x.less(bt, at);
            boolean less = x.less(at, bt);
            if (more != less) {
                return more == largest ? -1 : 1;
            }
            return Integer.compare(a, b);
        });
        return candidates;
    }

    static int topK(Call call) {
        Region x = call.region(0, call.size(0));
        Region y = call.region(1, Element.INT64);
        int count = call.size(2);
        int inner = call.size(3);
        int k = call.size(4);
        for (int r = 0; r < call.size(1) * inner; r++) {
            int row = r / inner * count * inner + r % inner;
            Integer[] all = new Integer[count];
            Arrays.setAll(all, i -> i);
            sorted(x, row, inner, all, call.flag(5));
            for (int i = 0; i < k; i++) {
                y.putWhole(r / inner * k * inner + r % inner + i * inner, all[i]);
            }
        }
        return 0;
    }

    static int nonZero(Call call) {
        Region x = call.region(0, call.size(0));
        Region y = call.region(1, Element.INT64);
        int rank = call.size(2);
        int most = call.size(4);
        y.fillBytes(0, rank * most, 0);
        Odometer at = new Odometer(call.list(3));
        int[] none = new int[rank];
        int count = 0;
        for (int i = 0; i < call.size(1); i++, at.advance(none)) {
            if (x.isReal() ? x.real(i) == 0 : x.whole(i) == 0) {
                continue;
            }
            if (count == most) {
                return 1;
            }
            for (int axis = 0; axis < rank; axis++) {
                y.putWhole(axis * most + count, at.at(axis));
            }
            count++;
        }
        y.putWhole(rank * most, count);
        return 0;
    }

    static int trim(Call call) {
        Region x = call.bits(0, 2);
        Region y = call.bits(2, 2);
        int run = call.size(2) / y.element().width();
        int all = call.size(1) * run;
        int filled = Math.toIntExact(call.region(1, Element.INT64).whole(0)) * run;
        for (int outer = 0; outer < call.size(0); outer++) {
            y.copy(outer * all, x, outer * all, filled);
            y.fillBytes(outer * all + filled, all - filled, call.size(3));
        }
        return 0;
    }

    private static void corners(float[] boxes, int at, double[] corners, boolean centred) {
        for (int i = 0; i < 2; i++) {
            double a = boxes[at + i];
            double b = boxes[at + i + 2];
            corners[i] = centred ? a - b / 2 : Math.min(a, b);
            corners[i + 2] = centred ? a + b / 2 : Math.max(a, b);
        }
    }

    /** Area in common over area of both. */
    private static double overlap(float[] boxes, int one, int other, boolean centred) {
        double[] a = new double[4];
        double[] b = new double[4];
        corners(boxes, one, a, centred);
        corners(boxes, other, b, centred);
        double common = 1;
        for (int i = 0; i < 2; i++) {
            common *= Math.max(0, Math.min(a[i + 2], b[i + 2]) - Math.max(a[i], b[i]));
        }
        double whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common;
        return whole <= 0 ? 0 : common / whole;
    }

    static int nonMaxSuppression(Call call) {
        float[] boxes = call.floats(0);
        Region scores = call.region(1, Element.FLOAT32);
        long perClass = call.region(2, Element.INT64).whole(0);
        double overlap = call.region(3, Element.FLOAT32).real(0);
        double least = call.region(4, Element.FLOAT32).real(0);
        Region y = call.region(5, Element.INT64);
        int classes = call.size(1);
        int count = call.size(2);
        int most = call.size(3);
        int chosen = 0;
        for (int row = 0; row < call.size(0) * classes; row++) {
            int start = row * count;
            int corner = call.at(0) + row / classes * count * 4;
            int first = chosen;
            Integer[] order = java.util.stream.IntStream.range(0, count)
                    .filter(i -> scores.real(start + i) > least)
                    .boxed()
                    .toArray(Integer[]::new);
            sorted(scores, start, 1, order, true);
            for (int i = 0; i < order.length && chosen - first < perClass; i++) {
                boolean keep = true;
                for (int k = first; k < chosen && keep; k++) {
                    int other = corner + (int) y.whole(k * 3 + 2) * 4;
                    keep = overlap(boxes, corner + order[i] * 4, other, call.flag(4)) <= overlap;
                }
                if (!keep) {
                    continue;
                }
                if (chosen == most) {
                    return 1;
                }
                y.putWhole(chosen * 3, row / classes);
                y.putWhole(chosen * 3 + 1, row % classes);
                y.putWhole(chosen * 3 + 2, order[i]);
                chosen++;
            }
        }
        y.fillBytes(chosen * 3, (most - chosen) * 3, 0);
        y.putWhole(most * 3, chosen);
        return 0;
    }
}
