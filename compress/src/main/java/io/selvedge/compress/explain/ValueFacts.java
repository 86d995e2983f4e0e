package io.selvedge.compress.explain;

import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.quant.TensorQuantizer;
import java.util.Arrays;
import java.util.List;

/**
 * The original's activations of one value against the range of the quantiser that it has in the compressed model.
 *
 * @param least of all activations, and {@code most}
 * @param energy squares about the mean, summed
 * @param clipped share of them outside the quantiser's range
 * @param clipping squared error of those, summed
 * @param rounding squared error of the others
 * @param magnitudes largest magnitude by channel (axis 1); empty for values without
 * @param bulk magnitude that one activation in a thousand exceeds
 */
record ValueFacts(
        double least,
        double most,
        double energy,
        double clipped,
        double clipping,
        double rounding,
        double[] magnitudes,
        double bulk) {
    private static final int SORTED = 200_000;

    static ValueFacts of(List<Tensor> values, TensorQuantizer quantizer) {
        double lo = quantizer.lo() - quantizer.scale() / 2.0;
        double hi = quantizer.hi() + quantizer.scale() / 2.0;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double clipping = 0;
        double rounding = 0;
        double sum = 0;
        double squares = 0;
        long outside = 0;
        long count = 0;
        double[] magnitudes = new double[0];
        float[] sorted = new float[SORTED];
        int kept = 0;
        long all = values.stream().mapToLong(Tensor::elements).sum();
        long stride = Math.max(1, (all + SORTED - 1) / SORTED);
        for (Tensor tensor : values) {
            int[] extents = tensor.shape().extents();
            int channels = extents.length < 2 ? 0 : extents[1];
            int plane = channels == 0 ? 1 : Math.max(1, tensor.elements() / (extents[0] * channels));
            if (magnitudes.length != channels) {
                magnitudes = new double[channels];
            }
            float[] x = tensor.toFloats();
            for (int i = 0; i < x.length; i++) {
                double error = x[i] - quantizer.apply(x[i]);
                sum += x[i];
                squares += (double) x[i] * x[i];
                least = Math.min(least, x[i]);
                most = Math.max(most, x[i]);
                if (x[i] < lo || x[i] > hi) {
                    clipping += error * error;
                    outside++;
                } else {
                    rounding += error * error;
                }
                if (channels > 0) {
                    int channel = i / plane % channels;
                    magnitudes[channel] = Math.max(magnitudes[channel], Math.abs(x[i]));
                }
                if (count++ % stride == 0 && kept < SORTED) {
                    sorted[kept++] = Math.abs(x[i]);
                }
            }
        }
        Arrays.sort(sorted, 0, kept);
        double bulk = kept == 0 ? 0 : sorted[(int) Math.min(kept - 1, Math.ceil(kept * 0.999))];
        return new ValueFacts(
                least,
                most,
                count == 0 ? 0 : Math.max(0, squares - sum * sum / count),
                count == 0 ? 0 : outside / (double) count,
                clipping,
                rounding,
                magnitudes,
                bulk);
    }

    double magnitude() {
        return Math.max(Math.abs(least), Math.abs(most));
    }

    /** How many times wider the quantiser's range is than what was seen, zero included as it has to be. */
    double excess(TensorQuantizer quantizer) {
        double seen = Math.max(most, 0) - Math.min(least, 0);
        return seen <= 0 ? 1 : (quantizer.hi() - quantizer.lo()) / seen;
    }

    /** The largest channel's magnitude over that which a fifth of the living channels do not reach. */
    double channelRatio() {
        return ratio(magnitudes, 0.2);
    }

    /** The largest over the one at this fraction of the sorted positive values; 1 for none. */
    static double ratio(double[] values, double fraction) {
        double[] living = Arrays.stream(values).filter(v -> v > 0).sorted().toArray();
        return living.length < 2 ? 1 : living[living.length - 1] / living[(int) (fraction * living.length)];
    }
}
