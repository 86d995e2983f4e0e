package io.selvedge.compress.data;

import io.selvedge.compress.data.InputDescription.Layout;

/** The arithmetic of an {@link InputDescription} for a fixed number of channels. */
final class Preprocessing {
    private final InputDescription input;
    private final double[] mean;
    private final double[] std;

    Preprocessing(InputDescription input, int channels) {
        this.input = input;
        this.mean = new double[channels];
        this.std = new double[channels];
        for (int c = 0; c < channels; c++) {
            mean[c] = input.mean().get(input.mean().size() == 1 ? 0 : c);
            std[c] = input.std().get(input.std().size() == 1 ? 0 : c);
        }
    }

    /** {@code ((x + offset) * scale - mean[c]) / std[c]}, rounded to the input's dtype. */
    float apply(double x, int channel) {
        double value = ((x + input.offset()) * input.scale() - mean[channel]) / std[channel];
        return Elements.round(value, input.dtype());
    }

    /** Result for each of the 256 byte values, per channel. */
    float[][] byteTables() {
        float[][] tables = new float[mean.length][256];
        for (int c = 0; c < mean.length; c++) {
            for (int x = 0; x < 256; x++) {
                tables[c][x] = apply(x, c);
            }
        }
        return tables;
    }

    /** Channel of element {@code i} of a row-major array. */
    static int channelOf(int i, int[] shape, Layout layout) {
        int axis = layout == Layout.NCHW ? 1 : shape.length - 1;
        if (axis >= shape.length) {
            return 0;
        }
        int inner = 1;
        for (int a = axis + 1; a < shape.length; a++) {
            inner *= shape[a];
        }
        return i / inner % shape[axis];
    }
}
