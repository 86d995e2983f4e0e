package io.selvedge.compiler.op;

import java.util.Arrays;

/**
 * How one axis is resampled: {@code y[p] = sum over t of weights[p * taps + t] * x[indices[p * taps + t]]}, or the
 * extrapolation value where {@code outside[p]}.
 *
 * @param taps input elements that make an output element
 * @param indices within the input's extent
 */
record Sampling(int taps, int[] indices, double[] weights, boolean[] outside) {
    int length() {
        return outside.length;
    }

    boolean extrapolates() {
        for (boolean each : outside) {
            if (each) {
                return true;
            }
        }
        return false;
    }

    /** One axis of a dense array, {@code inner} elements for each position. */
    double[] apply(double[] x, int outer, int extent, int inner, double extrapolation) {
        double[] y = new double[outer * length() * inner];
        for (int o = 0; o < outer; o++) {
            for (int p = 0; p < length(); p++) {
                int to = (o * length() + p) * inner;
                if (outside[p]) {
                    Arrays.fill(y, to, to + inner, extrapolation);
                    continue;
                }
                for (int t = p * taps; t < (p + 1) * taps; t++) {
                    if (weights[t] != 0) {
                        int from = (o * extent + indices[t]) * inner;
                        for (int i = 0; i < inner; i++) {
                            y[to + i] += weights[t] == 1 ? x[from + i] : weights[t] * x[from + i];
                        }
                    }
                }
            }
        }
        return y;
    }
}
