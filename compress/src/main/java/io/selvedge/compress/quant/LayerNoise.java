package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/**
 * How much noise a layer adds by itself, given the float graph's activations: energies over sampled outputs of
 * {@code y = W x + b} and of what differs from it. Sums over outputs, so that ratios are signal-to-noise.
 *
 * @param signal of y about its mean per channel
 * @param input of {@code W (q(x) - x)}: rounding and clipping of the input
 * @param weights of {@code (W' - W) x}
 * @param bias of {@code b' - b}, with the mean of the weights' error, which it may take back
 * @param total of all of them together
 * @param weightsByRow {@code weights} of every output channel relative to that channel's own signal
 */
public record LayerNoise(
        double signal, double input, double weights, double bias, double total, double[] weightsByRow) {
    /**
     * Measures it.
     *
     * @param patches what the float layer multiplies
     * @param inputFactor of a channel of the input in the quantised graph
     * @param rowFactor of an output channel
     */
    public static LayerNoise of(
            QuantizedLayer wanted,
            QuantizedLayer found,
            List<float[]> patches,
            IntToDoubleFunction inputFactor,
            IntToDoubleFunction rowFactor) {
        GroupedWeights rows = GroupedWeights.of(wanted.node(), wanted.weights().shape());
        int taps = taps(wanted);
        int length = rows.depth() * rows.groups();
        double[] factors = new double[length];
        for (int i = 0; i < length; i++) {
            factors[i] = inputFactor.applyAsDouble(i / taps);
        }
        float[][] rounded = new float[patches.size()][length];
        for (int p = 0; p < rounded.length; p++) {
            for (int i = 0; i < length; i++) {
                float x = (float) (patches.get(p)[i] * factors[i]);
                rounded[p][i] = found.input().map(q -> q.apply(x)).orElse(x);
            }
        }
        Sums sums = new Sums(rows.rows());
        float[] w = wanted.weights().toFloats();
        float[] v = found.weights().toFloats();
        for (int row = 0; row < rows.rows(); row++) {
            double unit = rowFactor.applyAsDouble(row);
            double shift = at(found.bias(), row) / unit - at(wanted.bias(), row);
            sums.begin();
            for (int p = 0; p < rounded.length; p++) {
                float[] x = patches.get(p);
                double y = 0;
                double byInput = 0;
                double byWeights = 0;
                double both = 0;
                for (int at = 0; at < rows.depth(); at++) {
                    int i = rows.groupOf(row) * rows.depth() + at;
                    double weight = w[rows.index(row, at)];
                    double own = v[rows.index(row, at)] / unit;
                    double seen = rounded[p][i];
                    y += weight * x[i];
                    byInput += weight * (seen / factors[i] - x[i]);
                    byWeights += (own * factors[i] - weight) * x[i];
                    both += own * seen - weight * x[i];
                }
                sums.add(y, byInput, byWeights, both + shift);
            }
            sums.end(row, shift);
        }
        return sums.result();
    }

    private static int taps(QuantizedLayer layer) {
        int[] extents = layer.weights().shape().extents();
        int taps = 1;
        for (int axis = 2; axis < extents.length; axis++) {
            taps *= extents[axis];
        }
        return taps;
    }

    private static double at(Optional<Tensor> bias, int row) {
        return bias.map(b -> (double) b.getFloat(b.elements() == 1 ? 0 : row)).orElse(0.0);
    }

    /** Signal-to-noise of the layer alone in dB. */
    public double snrDb() {
        return decibels(signal, total);
    }

    /** {@code 10 log10(signal / noise)}; 150 where there is no noise to speak of. */
    public static double decibels(double signal, double noise) {
        return noise <= signal * 1e-15 ? 150 : 10 * Math.log10(Math.max(signal, 1e-30) / noise);
    }

    private static final class Sums {
        private final double[] byRow;
        private double signal;
        private double input;
        private double weights;
        private double bias;
        private double total;
        private double y;
        private double yy;
        private double meanWeights;
        private double rowWeights;
        private int count;

        Sums(int rows) {
            byRow = new double[rows];
        }

        void begin() {
            y = 0;
            yy = 0;
            meanWeights = 0;
            rowWeights = 0;
            count = 0;
        }

        void add(double value, double byInput, double byWeights, double all) {
            count++;
            y += value;
            yy += value * value;
            input += byInput * byInput;
            meanWeights += byWeights;
            rowWeights += byWeights * byWeights;
            total += all * all;
        }

        void end(int row, double shift) {
            if (count == 0) {
                return;
            }
            double energy = Math.max(0, yy - y * y / count);
            double mean = meanWeights / count;
            double spread = Math.max(0, rowWeights - count * mean * mean);
            signal += energy;
            weights += spread;
            bias += count * (mean + shift) * (mean + shift);
            byRow[row] = energy > 0 ? spread / energy : 0;
        }

        LayerNoise result() {
            return new LayerNoise(signal, input, weights, bias, total, byRow);
        }
    }
}
