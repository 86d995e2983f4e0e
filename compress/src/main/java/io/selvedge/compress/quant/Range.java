package io.selvedge.compress.quant;

/**
 * What calibration found out about one activation.
 *
 * @param lo lower end of the values to represent, at most 0
 * @param hi upper end, at least 0
 * @param method which calibrator's range it is: minmax, percentile, entropy or mse
 * @param meanSquaredError of 8-bit quantisation with this range over the calibration samples
 * @param channelMeans mean per channel (axis 1), for bias correction; empty for values without channels
 */
public record Range(float lo, float hi, String method, double meanSquaredError, java.util.List<Float> channelMeans) {
    public Range {
        channelMeans = java.util.List.copyOf(channelMeans);
    }
}
