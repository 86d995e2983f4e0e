package io.selvedge.compress.eval;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;

/** Share of samples whose label is among the k highest scores of the first output. Row: {1} or {0}. */
public final class TopK implements ShareOfSamples {
    private final int k;

    public TopK(int k) {
        this.k = k;
    }

    @Override
    public String name() {
        return "top" + k;
    }

    @Override
    public double[] row(float[][] outputs, Truth truth) {
        float[] scores = outputs[0];
        if (scores.length < 2) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "Metric " + name() + " needs one score per class; the model's first output has " + scores.length
                            + " value. Use 'metric: auc' for one score, 'metric: mse' for a regression.");
        }
        int label = truth.label(scores.length, name());
        return new double[] {Ranking.place(scores, label) < k ? 1 : 0};
    }
}
