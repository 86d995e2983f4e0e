package io.selvedge.compress.eval;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Area under the ROC curve of the first output: the chance that a sample of the class scores higher than one of the rest,
 * ties counting half. One value: the score of class 1 (an anomaly score). Two: their difference. More: the unweighted mean
 * of one class against the rest, over the classes that occur.
 *
 * <p>Row: {label, scores}. The interval is the paired percentile bootstrap of {@link PairedBootstrap}, resampled within
 * each class, so that no round lacks a class.
 */
public final class AreaUnderCurve implements Metric {
    @Override
    public String name() {
        return "auc";
    }

    @Override
    public double[] row(float[][] outputs, Truth truth) {
        float[] values = outputs[0];
        double[] row = new double[1 + (values.length <= 2 ? 1 : values.length)];
        row[0] = truth.label(Math.max(2, values.length), name());
        for (int i = 1; i < row.length; i++) {
            row[i] = values.length == 2 ? (double) values[1] - values[0] : values[i - 1];
            // A model that answers NaN must not gain from where NaN happens to sort.
            row[i] = Double.isNaN(row[i]) ? Double.NEGATIVE_INFINITY : row[i];
        }
        return row;
    }

    @Override
    public double value(double[][] rows) {
        int[] once = new int[rows.length];
        Arrays.fill(once, 1);
        return value(rows, orders(rows), once);
    }

    @Override
    public double drop(double original, double candidate) {
        return 100 * (original - candidate);
    }

    @Override
    public Interval dropInterval(double[][] original, double[][] candidate, long seed) {
        int[][] originalOrders = orders(original);
        int[][] candidateOrders = orders(candidate);
        int[][] members = membersByLabel(original);
        SplittableRandom random = new SplittableRandom(seed);
        double[] drops = new double[PairedBootstrap.ROUNDS];
        for (int round = 0; round < drops.length; round++) {
            int[] times = new int[original.length];
            for (int[] members1 : members) {
                for (int i = 0; i < members1.length; i++) {
                    times[members1[random.nextInt(members1.length)]]++;
                }
            }
            drops[round] = drop(value(original, originalOrders, times), value(candidate, candidateOrders, times));
        }
        return PairedBootstrap.percentiles(drops);
    }

    private static int[][] membersByLabel(double[][] rows) {
        int labels =
                1 + (int) Arrays.stream(rows).mapToDouble(row -> row[0]).max().orElse(0);
        return IntStream.range(0, labels)
                .mapToObj(label -> IntStream.range(0, rows.length)
                        .filter(i -> rows[i][0] == label)
                        .toArray())
                .toArray(int[][]::new);
    }

    /** Row indices by rising score, for every score column. Sorting once makes a bootstrap round linear. */
    private static int[][] orders(double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length - 1;
        int[][] orders = new int[columns][];
        for (int column = 0; column < columns; column++) {
            int at = column + 1;
            orders[column] = IntStream.range(0, rows.length)
                    .boxed()
                    .sorted((i, j) -> Double.compare(rows[i][at], rows[j][at]))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
        return orders;
    }

    private static double value(double[][] rows, int[][] orders, int[] times) {
        double sum = 0;
        int classes = 0;
        for (int column = 0; column < orders.length; column++) {
            double area = area(rows, orders[column], column + 1, orders.length == 1 ? 1 : column, times);
            if (!Double.isNaN(area)) {
                sum += area;
                classes++;
            }
        }
        if (classes == 0) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    "Metric auc needs samples of at least two classes; all " + rows.length
                            + " samples have one label.");
        }
        return sum / classes;
    }

    /** Mann-Whitney statistic over weighted samples; NaN when one side is empty. */
    private static double area(double[][] rows, int[] order, int at, int positive, int[] times) {
        double positives = 0;
        double negatives = 0;
        double wins = 0;
        for (int start = 0; start < order.length; ) {
            double score = rows[order[start]][at];
            double tiedPositives = 0;
            double tiedNegatives = 0;
            int end = start;
            for (; end < order.length && rows[order[end]][at] == score; end++) {
                if (rows[order[end]][0] == positive) {
                    tiedPositives += times[order[end]];
                } else {
                    tiedNegatives += times[order[end]];
                }
            }
            wins += tiedPositives * (negatives + tiedNegatives / 2);
            positives += tiedPositives;
            negatives += tiedNegatives;
            start = end;
        }
        return positives == 0 || negatives == 0 ? Double.NaN : wins / (positives * negatives);
    }
}
