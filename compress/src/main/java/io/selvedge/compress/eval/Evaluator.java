package io.selvedge.compress.eval;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Runs models over a data set. Evaluate the original first; candidates are then judged against the same samples.
 *
 * <pre>{@code
 * Evaluator evaluator = new Evaluator(data, MetricCatalog.named("top1"), Progress.SILENT);
 * Reference original = evaluator.original(fp32Runner);
 * Evaluation int8 = evaluator.candidate(int8Runner, original);
 * PairedComparison drop = PairedComparison.of(original.evaluation(), int8, seed);
 * }</pre>
 */
public final class Evaluator {
    private final Dataset data;
    private final Metric metric;
    private final Progress progress;
    private final long maxReferenceBytes;

    /** @throws SelvedgeException EMPTY_DATA for a data set without samples */
    public Evaluator(Dataset data, Metric metric, Progress progress) {
        this(data, metric, progress, Runtime.getRuntime().maxMemory() / 3);
    }

    Evaluator(Dataset data, Metric metric, Progress progress, long maxReferenceBytes) {
        if (data.size() == 0) {
            throw new SelvedgeException(ErrorCode.EMPTY_DATA, "The data set has no samples to evaluate.");
        }
        this.data = data;
        this.metric = metric;
        this.progress = progress;
        this.maxReferenceBytes = maxReferenceBytes;
    }

    /** Evaluates the original and keeps its outputs.
     *  @throws SelvedgeException BAD_OPTION when the outputs of all samples do not fit in a third of the heap */
    public Reference original(ModelRunner runner) {
        double[][] rows = new double[data.size()][];
        int[] answers = new int[data.size()];
        float[][][] kept = new float[data.size()][][];
        long bytes = 0;
        for (int i = 0; i < rows.length; i++) {
            Sample sample = data.get(i);
            kept[i] = runner.run(sample.inputs());
            for (float[] output : kept[i]) {
                bytes += 4L * output.length;
            }
            if (bytes > maxReferenceBytes) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "The outputs of " + (i + 1) + " of " + rows.length + " samples need " + bytes
                                + " bytes; give fewer samples or more memory (JAVA_TOOL_OPTIONS=-Xmx4g).");
            }
            rows[i] = metric.row(kept[i], new Truth(sample, Optional.empty()));
            answers[i] = Ranking.best(kept[i][0]);
            progress.report(i + 1, rows.length);
        }
        List<Double> infinite = Collections.nCopies(kept[0].length, Double.POSITIVE_INFINITY);
        return new Reference(new Evaluation(metric, rows, answers, 1, Double.POSITIVE_INFINITY, infinite), kept);
    }

    /** Evaluates a candidate against the original of the same data set. */
    public Evaluation candidate(ModelRunner runner, Reference original) {
        if (original.samples() != data.size()) {
            throw new IllegalArgumentException(
                    "the reference has " + original.samples() + " samples, the data " + data.size());
        }
        double[][] rows = new double[data.size()][];
        int[] answers = new int[data.size()];
        double[] signal = new double[original.outputs(0).length];
        double[] noise = new double[signal.length];
        int agreeing = 0;
        for (int i = 0; i < rows.length; i++) {
            Sample sample = data.get(i);
            float[][] outputs = runner.run(sample.inputs());
            float[][] wanted = original.outputs(i);
            rows[i] = metric.row(outputs, new Truth(sample, Optional.of(wanted)));
            answers[i] = Ranking.best(outputs[0]);
            agreeing += Agreement.agree(wanted[0], outputs[0]) ? 1 : 0;
            for (int o = 0; o < signal.length; o++) {
                accumulate(wanted[o], outputs[o], o, signal, noise);
            }
            progress.report(i + 1, rows.length);
        }
        List<Double> perOutput = new ArrayList<>();
        double allSignal = 0;
        double allNoise = 0;
        for (int o = 0; o < signal.length; o++) {
            perOutput.add(decibels(signal[o], noise[o]));
            allSignal += signal[o];
            allNoise += noise[o];
        }
        double agreement = (double) agreeing / rows.length;
        return new Evaluation(metric, rows, answers, agreement, decibels(allSignal, allNoise), perOutput);
    }

    private static void accumulate(float[] wanted, float[] found, int output, double[] signal, double[] noise) {
        if (wanted.length != found.length) {
            throw new IllegalStateException(
                    "output " + output + " has " + found.length + " values, the original's has " + wanted.length);
        }
        for (int i = 0; i < wanted.length; i++) {
            double difference = (double) wanted[i] - found[i];
            signal[output] += (double) wanted[i] * wanted[i];
            noise[output] += difference * difference;
        }
    }

    private static double decibels(double signal, double noise) {
        return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
    }
}
