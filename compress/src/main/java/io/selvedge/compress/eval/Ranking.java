package io.selvedge.compress.eval;

/** Order of a score vector's classes: higher first, the lower index first among equals. */
public final class Ranking {
    private Ranking() {}

    /** Index of the highest score; NaN never wins against a number. */
    public static int best(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best] || (Float.isNaN(scores[best]) && !Float.isNaN(scores[i]))) {
                best = i;
            }
        }
        return best;
    }

    /** Place of a class, from 0. A vector with a NaN ranks nothing: every class comes last. */
    static int place(float[] scores, int index) {
        int place = 0;
        for (int i = 0; i < scores.length; i++) {
            if (Float.isNaN(scores[i])) {
                return Integer.MAX_VALUE;
            }
            if (scores[i] > scores[index] || (scores[i] == scores[index] && i < index)) {
                place++;
            }
        }
        return place;
    }
}
