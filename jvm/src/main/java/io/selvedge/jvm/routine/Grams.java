package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;

/** How often n-grams occur in rows of numbers; tf_idf.h. */
final class Grams {
    private static final int TF = 0;
    private static final int IDF = 1;

    private Grams() {}

    static int count(Call call) {
        Region x = call.region(0, call.size(0));
        Region pool = call.region(1, Element.INT64);
        Region grams = call.region(2, Element.INT64);
        Region weights = call.region(3, Element.FLOAT32);
        float[] y = call.floats(4);
        int rows = call.size(1);
        int count = call.size(2);
        int columns = call.size(4);
        int mode = call.size(6);
        java.util.Arrays.fill(y, call.at(4), call.at(4) + rows * columns, 0);
        for (int row = 0; row < rows; row++) {
            for (int g = 0; g < call.size(3); g++) {
                int n = (int) grams.whole(3 * g + 1);
                int terms = (int) grams.whole(3 * g);
                int found = 0;
                for (int skip = 1; skip <= (n == 1 ? 1 : call.size(5) + 1); skip++) {
                    for (int start = 0; start + (n - 1) * skip < count; start++) {
                        found += same(x, row * count + start, skip, pool, terms, n) ? 1 : 0;
                    }
                }
                float times = mode == IDF ? (found > 0 ? 1 : 0) : found;
                y[call.at(4) + row * columns + (int) grams.whole(3 * g + 2)] =
                        mode == TF ? times : times * (float) weights.real(g);
            }
        }
        return 0;
    }

    private static boolean same(Region x, int at, int skip, Region pool, int terms, int n) {
        for (int k = 0; k < n; k++) {
            if (x.whole(at + k * skip) != pool.whole(terms + k)) {
                return false;
            }
        }
        return true;
    }
}
