package io.selvedge.compress.eval;

/**
 * A figure of merit over a data set. Every sample leaves one row of numbers, so that an original and a candidate can be
 * compared sample by sample. Bring your own by implementing the first four methods.
 */
public interface Metric {
    /** As in a data description: {@code top1}. */
    String name();

    /** What one sample contributes, from the model's outputs in model order. */
    double[] row(float[][] outputs, Truth truth);

    /** The figure over all rows; NaN for none. */
    double value(double[][] rows);

    /** How much worse the candidate is; positive is worse. Points (hundredths), or per cent of the original for errors. */
    double drop(double original, double candidate);

    /**
     * 95 % interval of the drop. Rows of one index belong to one sample. By default the percentile bootstrap over
     * samples, see {@link PairedBootstrap}.
     */
    default Interval dropInterval(double[][] original, double[][] candidate, long seed) {
        return PairedBootstrap.interval(this, original, candidate, seed);
    }
}
