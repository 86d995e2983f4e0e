package io.selvedge.compress.quant;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts of one activation in bins of equal width between its extremes, and the search for the range to represent in 8 bits. */
final class Histogram {
    private static final int BINS = 2048;
    private static final int LEVELS = 256;
    private static final double[] PERCENTILES = {0.999, 0.9999, 0.99999};

    private final float min;
    private final float max;
    private final long[] counts = new long[BINS];
    private long total;

    Histogram(float min, float max) {
        this.min = min;
        this.max = max;
    }

    void add(float[] values) {
        float first = min;
        float perUnit = max > min ? BINS / (max - min) : 0;
        for (float value : values) {
            int bin = (int) ((value - first) * perUnit);
            counts[bin < 0 ? 0 : bin < BINS ? bin : BINS - 1]++;
        }
        total += values.length;
    }

    private double center(int bin) {
        return min + (bin + 0.5) * width();
    }

    private double width() {
        return (max - (double) min) / BINS;
    }

    private record Candidate(double lo, double hi, String method) {}

    /** The candidate range with the least mean squared quantisation error. */
    Range best(List<Range.Channel> channels) {
        List<Candidate> candidates = new ArrayList<>();
        candidates.add(new Candidate(min, max, "minmax"));
        if (max > min && total > 0) {
            for (double percentile : PERCENTILES) {
                candidates.add(new Candidate(quantile(1 - percentile), quantile(percentile), "percentile"));
            }
            candidates.add(entropy());
            for (int percent = 50; percent < 100; percent += 2) {
                candidates.add(new Candidate(min * percent / 100.0, max * percent / 100.0, "mse"));
            }
        }
        Map<String, Range.Option> options = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            double lo = Math.min(0, candidate.lo());
            double hi = Math.max(0, candidate.hi());
            options.merge(
                    candidate.method(),
                    new Range.Option((float) lo, (float) hi, candidate.method(), meanSquaredError(lo, hi)),
                    (a, b) -> b.meanSquaredError() < a.meanSquaredError() ? b : a);
        }
        Range.Option best = options.values().stream()
                .min(Comparator.comparingDouble(Range.Option::meanSquaredError))
                .orElseThrow();
        return new Range(
                best.lo(), best.hi(), best.method(), best.meanSquaredError(), channels, List.copyOf(options.values()));
    }

    private double quantile(double fraction) {
        long wanted = (long) Math.floor(fraction * total);
        long seen = 0;
        for (int bin = 0; bin < BINS; bin++) {
            seen += counts[bin];
            if (seen > wanted) {
                return min + (fraction < 0.5 ? bin : bin + 1) * width();
            }
        }
        return max;
    }

    /** {@code mean (x - q(x))^2} with bins as point masses plus the variance of a uniform bin. */
    double meanSquaredError(double lo, double hi) {
        double scale = (hi - lo) / (LEVELS - 1);
        if (scale <= 0 || total == 0) {
            return 0;
        }
        double sum = 0;
        for (int bin = 0; bin < BINS; bin++) {
            if (counts[bin] > 0) {
                double x = center(bin);
                double q = Math.min(Math.max(Math.rint((x - lo) / scale), 0), LEVELS - 1) * scale + lo;
                double error = x - q;
                boolean clipped = x < lo || x > hi;
                // inside the range a wide bin holds values at every distance from the grid
                double expected = clipped || width() < scale ? error * error : scale * scale / 12;
                sum += counts[bin] * expected;
            }
        }
        return sum / total;
    }

    /**
     * Range of least Kullback-Leibler divergence between the clipped distribution and its quantisation to 256 levels, clipping
     * symmetric in the share of the range that is kept (after Migacz, 8-bit inference with TensorRT, 2017). The zeros that a
     * Relu leaves would outweigh all else; they count as much as what is beside them.
     */
    private Candidate entropy() {
        long[] smooth = counts.clone();
        int zero = Math.clamp((long) (-min / width()), 0, BINS - 1);
        smooth[zero] =
                Math.max(smooth[Math.max(0, zero - 1)] * (zero > 0 ? 1 : 0), smooth[Math.min(BINS - 1, zero + 1)]);
        int best = BINS;
        double least = Double.POSITIVE_INFINITY;
        for (int kept = LEVELS; kept <= BINS; kept += 64) {
            double divergence = divergence(smooth, zero, kept);
            if (divergence < least) {
                least = divergence;
                best = kept;
            }
        }
        double share = best / (double) BINS;
        return new Candidate(min * share, max * share, "entropy");
    }

    private static double divergence(long[] counts, int zero, int kept) {
        int first = (int) Math.floor(zero * (1 - kept / (double) BINS));
        int end = first + kept;
        double total = 0;
        double[] p = new double[kept];
        for (int bin = 0; bin < BINS; bin++) {
            p[Math.clamp(bin, first, end - 1) - first] += counts[bin];
            total += counts[bin];
        }
        double divergence = 0;
        for (int level = 0; level < LEVELS; level++) {
            int from = level * kept / LEVELS;
            int to = (level + 1) * kept / LEVELS;
            double mass = 0;
            int filled = 0;
            for (int i = from; i < to; i++) {
                mass += counts[first + i];
                filled += counts[first + i] > 0 ? 1 : 0;
            }
            for (int i = from; i < to; i++) {
                if (p[i] > 0) {
                    double q = filled > 0 ? mass / filled : 0;
                    divergence += p[i] / total * Math.log(p[i] / Math.max(q, 1e-3));
                }
            }
        }
        return divergence;
    }
}
