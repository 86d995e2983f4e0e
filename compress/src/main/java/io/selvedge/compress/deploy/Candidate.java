package io.selvedge.compress.deploy;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One form of the model that was built and measured.
 *
 * @param name unique within the result: {@code fp32}, {@code int8}, {@code mixed-3}
 * @param layers in execution order
 * @param accuracy the metric's value on the reported half (0 to 1 but for mse); empty without data
 * @param drop lost points against the original (1 = 0.01), negative when it gained; for mse per cent of the original
 * @param dropLow lower end of the paired 95 % interval of {@code drop}
 * @param dropHigh upper end
 * @param snrDb signal-to-noise ratio of all outputs against the original's, on the reported half; empty for the original, for a
 *     candidate that answers the same bits, and without data
 * @param proven whether the interval's worse end is within the budget
 * @param latencyMicrosP50 median of one inference; empty when it was not measured
 * @param latencyMicrosP95 95th percentile of one inference
 * @param preparedBytes memory for what is computed from the weights at load, shared by all sessions
 * @param weightBytes of {@code weights.bin}, as the code reads it
 * @param storedWeightBytes of {@code weights.bin} in the bundle
 * @param codeBytes of the result's target's library
 * @param bundleBytes of the {@code .selv} file
 * @param loadMicros from the file to a model that can run, the library in its cache already, in a process that has loaded others;
 *     empty when it was not measured
 * @param reason why it was chosen or was not, a clause without a full stop
 */
public record Candidate(
        String name,
        Dtype dtype,
        List<LayerFinding> layers,
        OptionalDouble accuracy,
        OptionalDouble drop,
        OptionalDouble dropLow,
        OptionalDouble dropHigh,
        OptionalDouble snrDb,
        boolean proven,
        OptionalDouble latencyMicrosP50,
        OptionalDouble latencyMicrosP95,
        LatencyOn latencyOn,
        int threads,
        long arenaBytes,
        long preparedBytes,
        long weightBytes,
        long storedWeightBytes,
        long codeBytes,
        long bundleBytes,
        OptionalDouble loadMicros,
        boolean chosen,
        String reason) {
    public Candidate {
        layers = List.copyOf(layers);
    }

    /** Data type of the arithmetic. */
    public enum Dtype {
        FP32,
        INT8,
        MIXED;

        /** As in reports: {@code int8}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where the latency comes from. */
    public enum LatencyOn {
        MEASURED,
        EMULATED,
        NONE;

        /** As in reports: {@code measured}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
