package io.selvedge.compress.quant;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * Observes activations over calibration samples in two passes: extremes and means per channel, then a histogram of 2048 bins per
 * value. Memory does not grow with the number of samples.
 */
public final class Calibrator {
    private Calibrator() {}

    /** By the scalar reference evaluator. */
    public static Ranges calibrate(Graph graph, Iterable<Map<String, Tensor>> samples, IntConsumer progress) {
        return calibrate(graph, samples, ActivationSource.reference(graph), progress);
    }

    /**
     * Ranges of every activation over the samples.
     *
     * @param samples walked twice, in the same order
     * @param progress is given the number of sample runs so far, twice the number of samples in the end
     * @throws SelvedgeException EMPTY_DATA without samples; NAN_IN_DATA when an activation is not finite
     */
    public static Ranges calibrate(
            Graph graph, Iterable<Map<String, Tensor>> samples, ActivationSource source, IntConsumer progress) {
        Map<String, Extremes> extremes = new LinkedHashMap<>();
        int runs = 0;
        for (Map<String, Tensor> sample : samples) {
            int index = runs;
            source.run(sample, (name, value) -> {
                if (value.dtype() == DType.FLOAT32) {
                    extremes.computeIfAbsent(name, _ -> new Extremes(value)).add(name, value.toFloats(), index);
                }
            });
            progress.accept(++runs);
        }
        if (runs == 0) {
            throw new SelvedgeException(
                    ErrorCode.EMPTY_DATA,
                    "calibration needs at least one sample, got none; check the calibration section of the data description");
        }
        Map<String, Histogram> histograms = new LinkedHashMap<>();
        extremes.forEach((name, e) -> histograms.put(name, new Histogram(e.min, e.max)));
        for (Map<String, Tensor> sample : samples) {
            source.run(sample, (name, value) -> {
                if (value.dtype() == DType.FLOAT32) {
                    Objects.requireNonNull(histograms.get(name)).add(value.toFloats());
                }
            });
            progress.accept(++runs);
        }
        Map<String, Range> ranges = new LinkedHashMap<>();
        histograms.forEach((name, histogram) -> ranges.put(
                name, histogram.best(Objects.requireNonNull(extremes.get(name)).channels())));
        return new Ranges(ranges);
    }

    /** Smallest and largest value, and sums per channel. */
    private static final class Extremes {
        private float min = Float.POSITIVE_INFINITY;
        private float max = Float.NEGATIVE_INFINITY;
        private final double[] sums;
        private final float[] lows;
        private final float[] highs;
        private final int plane;
        private long seen;

        Extremes(Tensor first) {
            int[] extents = first.shape().extents();
            sums = new double[extents.length >= 2 ? extents[1] : 0];
            lows = new float[sums.length];
            highs = new float[sums.length];
            Arrays.fill(lows, Float.POSITIVE_INFINITY);
            Arrays.fill(highs, Float.NEGATIVE_INFINITY);
            int product = 1;
            for (int axis = 2; axis < extents.length; axis++) {
                product *= extents[axis];
            }
            plane = product;
        }

        void add(String name, float[] values, int sample) {
            for (int from = 0; from < values.length; from += plane) {
                double sum = 0;
                float low = Float.POSITIVE_INFINITY;
                float high = Float.NEGATIVE_INFINITY;
                for (int i = from; i < from + plane; i++) {
                    float x = values[i];
                    sum += x;
                    low = Math.min(low, x);
                    high = Math.max(high, x);
                }
                if (!Double.isFinite(sum)) {
                    throw notFinite(name, values, from, sample);
                }
                min = Math.min(min, low);
                max = Math.max(max, high);
                if (sums.length > 0) {
                    int channel = from / plane % sums.length;
                    sums[channel] += sum;
                    lows[channel] = Math.min(lows[channel], low);
                    highs[channel] = Math.max(highs[channel], high);
                }
            }
            seen += sums.length == 0 ? 0 : values.length / sums.length;
        }

        private static SelvedgeException notFinite(String name, float[] values, int from, int sample) {
            int at = from;
            while (Float.isFinite(values[at])) {
                at++;
            }
            return new SelvedgeException(
                    ErrorCode.NAN_IN_DATA,
                    "calibration sample " + sample + " makes value '" + name + "' " + values[at] + " at element " + at
                            + "; check that sample and its preprocessing (scale, mean, std)");
        }

        List<Range.Channel> channels() {
            List<Range.Channel> channels = new ArrayList<>();
            for (int c = 0; c < sums.length; c++) {
                channels.add(new Range.Channel((float) (sums[c] / Math.max(1, seen)), lows[c], highs[c]));
            }
            return channels;
        }
    }
}
