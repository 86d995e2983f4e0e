package io.selvedge.compress.eval;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.util.Arrays;
import java.util.List;
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
        return value(columns(rows), once);
    }

    @Override
    public double drop(double original, double candidate) {
        return 100 * (original - candidate);
    }

    @Override
    public Interval dropInterval(double[][] original, double[][] candidate, long seed) {
        List<Column> originalColumns = columns(original);
        List<Column> candidateColumns = columns(candidate);
        int[][] members = membersByLabel(original);
        SplittableRandom random = new SplittableRandom(seed);
        double[] drops = new double[PairedBootstrap.ROUNDS];
        for (int round = 0; round < drops.length; round++) {
            int[] times = new int[original.length];
            for (int[] alike : members) {
                for (int i = 0; i < alike.length; i++) {
                    times[alike[random.nextInt(alike.length)]]++;
                }
            }
            drops[round] = drop(value(originalColumns, times), value(candidateColumns, times));
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

    /**
     * One class against the rest, sorted once so that a bootstrap round is linear.
     *
     * @param order sample indices by rising score
     * @param positive by place in {@code order}: whether the sample is of the class
     * @param endsTie by place in {@code order}: whether the next score is higher
     */
    private record Column(int[] order, boolean[] positive, boolean[] endsTie) {
        static Column of(double[][] rows, int at, int label) {
            int[] order = IntStream.range(0, rows.length)
                    .boxed()
                    .sorted((i, j) -> Double.compare(rows[i][at], rows[j][at]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            boolean[] positive = new boolean[order.length];
            boolean[] endsTie = new boolean[order.length];
            for (int i = 0; i < order.length; i++) {
                positive[i] = rows[order[i]][0] == label;
                endsTie[i] = i + 1 == order.length || rows[order[i]][at] != rows[order[i + 1]][at];
            }
            return new Column(order, positive, endsTie);
        }

        /** Mann-Whitney statistic with each sample counted {@code times}; NaN when one side is empty. */
        double area(int[] times) {
            long positives = 0;
            long negatives = 0;
            long twiceWins = 0;
            long tiedPositives = 0;
            long tiedNegatives = 0;
            for (int i = 0; i < order.length; i++) {
                if (positive[i]) {
                    tiedPositives += times[order[i]];
                } else {
                    tiedNegatives += times[order[i]];
                }
                if (endsTie[i]) {
                    twiceWins += tiedPositives * (2 * negatives + tiedNegatives);
                    positives += tiedPositives;
                    negatives += tiedNegatives;
                    tiedPositives = 0;
                    tiedNegatives = 0;
                }
            }
            return positives == 0 || negatives == 0 ? Double.NaN : 0.5 * twiceWins / ((double) positives * negatives);
        }
    }

    private static List<Column> columns(double[][] rows) {
        int count = rows.length == 0 ? 0 : rows[0].length - 1;
        return IntStream.range(0, count)
                .mapToObj(column -> Column.of(rows, column + 1, count == 1 ? 1 : column))
                .toList();
    }

    private static double value(List<Column> columns, int[] times) {
        double[] areas = columns.stream()
                .mapToDouble(column -> column.area(times))
                .filter(area -> !Double.isNaN(area))
                .toArray();
        if (areas.length == 0) {
            throw new SelvedgeException(
                    ErrorCode.BAD_DATA,
                    "Metric auc needs samples of at least two classes; all " + times.length
                            + " samples have one label.");
        }
        return Arrays.stream(areas).sum() / areas.length;
    }
}
