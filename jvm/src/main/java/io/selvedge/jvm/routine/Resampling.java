package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;

/** Images at other sizes; resize.h. */
final class Resampling {
    private Resampling() {}

    static int axis(Call call) {
        float[] x = call.floats(0);
        Region indices = call.region(1, Element.INT32);
        Region weights = call.region(2, Element.FLOAT32);
        float[] y = call.floats(3);
        int inner = call.size(3);
        int step = call.size(6);
        int taps = call.size(11);
        for (int image = 0; image < call.size(0); image++) {
            for (int outer = 0; outer < call.size(1); outer++) {
                int row = call.at(0) + image * call.size(4) + outer * call.size(5);
                for (int p = 0; p < call.size(2); p++) {
                    int to =
                            call.at(3) + call.size(7) + image * call.size(8) + outer * call.size(9) + p * call.size(10);
                    run(x, row, step, indices, weights, p * taps, taps, y, to, inner, call.real(12));
                }
            }
        }
        return 0;
    }

    private static void run(
            float[] x,
            int row,
            int step,
            Region indices,
            Region weights,
            int first,
            int taps,
            float[] y,
            int to,
            int inner,
            float extrapolation) {
        if (indices.whole(first) < 0) {
            java.util.Arrays.fill(y, to, to + inner, extrapolation);
            return;
        }
        for (int t = 0; t < taps; t++) {
            int from = row + (int) indices.whole(first + t) * step;
            float weight = (float) weights.real(first + t);
            if (t == 0) {
                for (int i = 0; i < inner; i++) {
                    y[to + i] = weight * x[from + i];
                }
            } else {
                for (int i = 0; i < inner; i++) {
                    y[to + i] += weight * x[from + i];
                }
            }
        }
    }

    static int nearest(Call call) {
        Region x = call.bits(0, 2);
        Region indices = call.region(1, Element.INT32);
        Region y = call.bits(2, 2);
        int width = y.element().width();
        int run = call.size(3) / width;
        for (int image = 0; image < call.size(0); image++) {
            for (int outer = 0; outer < call.size(1); outer++) {
                int from = (image * call.size(4) + outer * call.size(5)) / width;
                int to = (call.size(7) + image * call.size(8) + outer * call.size(9)) / width;
                for (int p = 0; p < call.size(2); p++) {
                    int place = (int) indices.whole(p) * (call.size(6) / width);
                    y.copy(to + p * (call.size(10) / width), x, from + place, run);
                }
            }
        }
        return 0;
    }
}
