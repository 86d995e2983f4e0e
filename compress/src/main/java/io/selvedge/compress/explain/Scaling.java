package io.selvedge.compress.explain;

import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.quant.GroupedWeights;
import java.util.Arrays;
import java.util.List;

/**
 * Factors of a layer's channels in a compressed model whose layers were equalised: it computes the same, but in other units.
 *
 * @param input by input channel; empty for none
 * @param rows by output channel; empty for none
 */
record Scaling(double[] input, double[] rows) {
    static final Scaling NONE = new Scaling(new double[0], new double[0]);

    double input(int channel) {
        return input.length == 0 ? 1 : input[channel];
    }

    double row(int row) {
        return rows.length == 0 ? 1 : rows[row];
    }

    /**
     * From the size of the activations, and from that of the weights.
     *
     * @param powers whether all factors are powers of two, as those of equalised layers, which noise must not blur
     */
    static Scaling of(LayerPairs.Pair pair, List<Tensor> wanted, List<Tensor> found, boolean powers) {
        GroupedWeights rows = GroupedWeights.of(
                pair.original().node(), pair.original().weights().shape());
        double[] before = energies(wanted);
        double[] after = energies(found);
        if (before.length == 0 || before.length != after.length) {
            return NONE;
        }
        double[] input = new double[before.length];
        for (int c = 0; c < input.length; c++) {
            input[c] = before[c] > 0 && after[c] > 0 ? factor(Math.sqrt(after[c] / before[c]), powers) : 1;
        }
        int taps = rows.depth() * rows.groups() / input.length;
        float[] w = pair.original().weights().toFloats();
        float[] v = pair.compressed().weights().toFloats();
        double[] out = new double[rows.rows()];
        for (int row = 0; row < out.length; row++) {
            double both = 0;
            double own = 0;
            for (int at = 0; at < rows.depth(); at++) {
                int channel = (rows.groupOf(row) * rows.depth() + at) / Math.max(1, taps);
                double seen = v[rows.index(row, at)] * input[channel];
                both += seen * w[rows.index(row, at)];
                own += (double) w[rows.index(row, at)] * w[rows.index(row, at)];
            }
            out[row] = own > 0 && both > 0 ? factor(both / own, powers) : 1;
        }
        return new Scaling(input, out);
    }

    private static double factor(double ratio, boolean powers) {
        return powers ? Math.pow(2, Math.rint(Math.log(ratio) / Math.log(2))) : ratio;
    }

    private static double[] energies(List<Tensor> values) {
        double[] energies = new double[0];
        for (Tensor value : values) {
            int[] extents = value.shape().extents();
            if (extents.length < 2) {
                return new double[0];
            }
            if (energies.length != extents[1]) {
                energies = new double[extents[1]];
            }
            int plane = Math.max(1, value.elements() / (extents[0] * extents[1]));
            float[] x = value.toFloats();
            for (int i = 0; i < x.length; i++) {
                energies[i / plane % energies.length] += (double) x[i] * x[i];
            }
        }
        return energies;
    }

    /** Values of the compressed model in the original's units. */
    List<Tensor> restored(List<Tensor> values) {
        if (rows.length == 0 || Arrays.stream(rows).allMatch(f -> f == 1)) {
            return values;
        }
        return values.stream()
                .map(value -> {
                    int[] extents = value.shape().extents();
                    int plane = Math.max(1, value.elements() / (extents[0] * extents[1]));
                    return Tensor.filled(value.type(), i -> value.getFloat(i) / row(i / plane % rows.length));
                })
                .toList();
    }
}
