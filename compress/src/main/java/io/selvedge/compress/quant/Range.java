package io.selvedge.compress.quant;

import java.util.List;

/**
 * What calibration found out about one activation.
 *
 * @param lo lower end of the values to represent, at most 0
 * @param hi upper end, at least 0
 * @param method which calibrator's range it is: minmax, percentile, entropy or mse
 * @param meanSquaredError of 8-bit quantisation with this range over the calibration samples
 * @param channels what was seen along axis 1; empty for values without channels
 * @param options the best range of every calibrator, for those who choose by another measure
 */
public record Range(
        float lo, float hi, String method, double meanSquaredError, List<Channel> channels, List<Option> options) {
    /** A calibrator's range. */
    public record Option(float lo, float hi, String method, double meanSquaredError) {}

    /** The same activation in another calibrator's range, where there is one. */
    public Range by(String calibrator) {
        return options.stream()
                .filter(option -> option.method().equals(calibrator))
                .findFirst()
                .map(option -> new Range(
                        option.lo(), option.hi(), option.method(), option.meanSquaredError(), channels, options))
                .orElse(this);
    }

    /** One channel's mean, for bias correction, and its extremes. */
    public record Channel(float mean, float min, float max) {
        /** The largest magnitude that was seen. */
        float magnitude() {
            return Math.max(Math.abs(min), Math.abs(max));
        }

        Channel times(float factor) {
            return new Channel(mean * factor, min * factor, max * factor);
        }
    }

    public Range {
        channels = List.copyOf(channels);
        options = List.copyOf(options);
    }
}
