package io.selvedge.compress.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * 95 % percentile interval of a drop by resampling the samples, with replacement, 2000 times; original and candidate keep
 * the same samples in every round.
 *
 * @see <a href="https://doi.org/10.1201/9780429246593">B. Efron, R. Tibshirani, An introduction to the bootstrap, 1993</a>
 */
final class PairedBootstrap {
    static final int ROUNDS = 2000;

    private PairedBootstrap() {}

    static Interval interval(Metric metric, double[][] original, double[][] candidate, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] drops = new double[ROUNDS];
        double[][] originalPick = new double[original.length][];
        double[][] candidatePick = new double[original.length][];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < original.length; i++) {
                int pick = random.nextInt(original.length);
                originalPick[i] = original[pick];
                candidatePick[i] = candidate[pick];
            }
            drops[round] = metric.drop(metric.value(originalPick), metric.value(candidatePick));
        }
        return percentiles(drops);
    }

    /** From the 2.5 % to the 97.5 % quantile; sorts the array. */
    static Interval percentiles(double[] drops) {
        Arrays.sort(drops);
        int cut = (int) Math.floor(0.025 * drops.length);
        return new Interval(drops[cut], drops[drops.length - 1 - cut]);
    }
}
