package io.selvedge.compress.eval;

/**
 * Share of samples on which the model answers as the original does: some class has the highest score in both first
 * outputs, so a tie that contains the original's answer agrees, but for a tie of all classes, which answers nothing: a
 * model that saturates would agree with everything. With one value only, the signs of the values agree. The original agrees
 * with itself. Row: {1} or {0}.
 */
public final class Agreement implements ShareOfSamples {
    @Override
    public String name() {
        return "agreement";
    }

    @Override
    public double[] row(float[][] outputs, Truth truth) {
        boolean agrees = truth.original().isEmpty() || agree(truth.original().get()[0], outputs[0]);
        return new double[] {agrees ? 1 : 0};
    }

    static boolean agree(float[] original, float[] candidate) {
        if (candidate.length == 1) {
            return (original[0] > 0) == (candidate[0] > 0) && !Float.isNaN(candidate[0]);
        }
        float highestOriginal = original[Ranking.best(original)];
        float highestCandidate = candidate[Ranking.best(candidate)];
        boolean tellsApart = false;
        boolean originalTellsApart = false;
        for (int i = 0; i < candidate.length; i++) {
            if (Float.isNaN(candidate[i])) {
                return false;
            }
            tellsApart |= candidate[i] != highestCandidate;
            originalTellsApart |= original[i] != highestOriginal;
        }
        if (originalTellsApart && !tellsApart) {
            return false;
        }
        for (int i = 0; i < candidate.length; i++) {
            if (original[i] == highestOriginal && candidate[i] == highestCandidate) {
                return true;
            }
        }
        return false;
    }
}
