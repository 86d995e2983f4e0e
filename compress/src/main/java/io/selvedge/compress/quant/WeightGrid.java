package io.selvedge.compress.quant;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The levels that a channel's weights may have: its scale times {@code ±m} for the magnitudes {@code m} of the grid, which all are
 * whole numbers of at most seven bits. So weights of every grid are int8 tensors of valid ONNX, every kernel computes the same
 * integers with them, and only a coded bundle sees that there are few.
 */
public enum WeightGrid {
    /** {@code 0, ±1, ..., ±127}; the scale is the largest weight's. */
    INT8(IntStream.rangeClosed(0, 127).toArray()),
    /** {@code 0, ±1, ..., ±7}. */
    INT4(IntStream.rangeClosed(0, 7).toArray()),
    /** {@code 0, ±2^k} for k = 0 to 6: a product is a shift. */
    LOG4(0, 1, 2, 4, 8, 16, 32, 64),
    /** {@code 0, ±2^k, ±3·2^k} up to 96, about half-octaves: a product is a shift or the sum of two. */
    LOG5(0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96);

    private static final int TRIED_SCALES = 160;
    private static final int REFINEMENTS = 3;
    private static final double SMALLEST_SHARE = 0.05;
    private static final double LARGEST_SHARE = 2;

    @SuppressWarnings("ImmutableEnumChecker") // Written by the constructor alone.
    private final int[] magnitudes;

    WeightGrid(int... magnitudes) {
        this.magnitudes = magnitudes;
    }

    /** The grid that is called so: {@code int8}, {@code int4}, {@code log4} or {@code log5}. */
    public static Optional<WeightGrid> named(String name) {
        return Arrays.stream(values()).filter(grid -> grid.text().equals(name)).findFirst();
    }

    /** As on the command line: {@code log4}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The largest magnitude. */
    public int top() {
        return magnitudes[magnitudes.length - 1];
    }

    /** How many levels there are, both signs and zero. */
    public int levels() {
        return 2 * magnitudes.length - 1;
    }

    /** The level nearest to {@code x}, a weight divided by its scale; of two as near the smaller one. */
    public int nearest(double x) {
        double size = Math.abs(x);
        int above = 0;
        while (above < magnitudes.length && magnitudes[above] < size) {
            above++;
        }
        if (above == magnitudes.length) {
            above--;
        } else if (above > 0 && size - magnitudes[above - 1] <= magnitudes[above] - size) {
            above--;
        }
        return x < 0 ? -magnitudes[above] : magnitudes[above];
    }

    /**
     * The scale for a channel: for {@link #INT8} that of its largest weight, else that of the least squared error among many, each
     * then refined as {@code s = sum w·m / sum m²}.
     */
    public float scale(float[] channel) {
        double largest = 0;
        for (float w : channel) {
            largest = Math.max(largest, Math.abs(w));
        }
        if (this == INT8 || largest == 0) {
            return (float) (largest / top());
        }
        double best = largest / top();
        double least = error(channel, best);
        double step = Math.pow(LARGEST_SHARE / SMALLEST_SHARE, 1.0 / TRIED_SCALES);
        double share = SMALLEST_SHARE;
        for (int i = 0; i <= TRIED_SCALES; i++, share *= step) {
            double scale = refined(channel, largest / top() * share);
            double error = error(channel, scale);
            if (error < least) {
                least = error;
                best = scale;
            }
        }
        return (float) best;
    }

    private double refined(float[] channel, double from) {
        double scale = from;
        for (int i = 0; i < REFINEMENTS; i++) {
            double product = 0;
            double square = 0;
            for (float w : channel) {
                int level = nearest(w / scale);
                product += (double) w * level;
                square += (double) level * level;
            }
            if (square == 0 || product / square == scale) {
                return scale;
            }
            scale = product / square;
        }
        return scale;
    }

    private double error(float[] channel, double scale) {
        double sum = 0;
        for (float w : channel) {
            double error = w - nearest(w / scale) * scale;
            sum += error * error;
        }
        return sum;
    }
}
