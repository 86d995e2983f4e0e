package io.selvedge.compress.eval;

import java.util.List;

/** What one model achieved on one data set, sample by sample. */
public final class Evaluation {
    private final Metric metric;
    private final double[][] rows;
    private final int[] answers;
    private final double agreement;
    private final double snrDb;
    private final List<Double> outputSnrDb;

    Evaluation(
            Metric metric, double[][] rows, int[] answers, double agreement, double snrDb, List<Double> outputSnrDb) {
        this.metric = metric;
        this.rows = rows;
        this.answers = answers;
        this.agreement = agreement;
        this.snrDb = snrDb;
        this.outputSnrDb = List.copyOf(outputSnrDb);
    }

    public Metric metric() {
        return metric;
    }

    public int samples() {
        return rows.length;
    }

    /** The metric over all samples: 0..1 for top-k, AUC and agreement; the error itself for MSE. */
    public double value() {
        return metric.value(rows);
    }

    /** Index of the highest score of the first output, for a sample of the data set. */
    public int answer(int sample) {
        return answers[sample];
    }

    /** Share of samples answered as the original answers, see {@link Agreement}; 1 for the original. */
    public double agreement() {
        return agreement;
    }

    /** Signal-to-noise ratio against the original over all outputs and samples: {@code 10 log10(sum r^2 / sum (r-y)^2)}
     *  decibels; infinite for the original or an identical model. */
    public double snrDb() {
        return snrDb;
    }

    /** {@link #snrDb} for each output in model order. */
    public List<Double> outputSnrDb() {
        return outputSnrDb;
    }

    /** Rows of {@link Metric#row}, one per sample. */
    double[][] rows() {
        return rows;
    }
}
