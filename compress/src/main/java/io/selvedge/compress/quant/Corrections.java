package io.selvedge.compress.quant;

import java.util.ArrayList;
import java.util.List;

/**
 * What can be done so that 8 bits lose less; each is on or off by itself.
 *
 * @param equalizeLayers scale channels between layers ({@link EqualizedLayers})
 * @param adaptiveRounding round weights up or down for the layer's output ({@link AdaptiveRounding})
 * @param biasCorrection take the mean error of rounding back in the bias
 * @param calibrator whose ranges are taken: minmax, percentile, entropy or mse; or {@link #LEAST_ERROR}, {@link #LEAST_OUTPUT_ERROR}
 */
public record Corrections(boolean equalizeLayers, boolean adaptiveRounding, boolean biasCorrection, String calibrator) {
    /** For each tensor the calibrator with the least squared error of that tensor. */
    public static final String LEAST_ERROR = "least-error";

    /** For each tensor the calibrator that disturbs the outputs of the layers that read it least. */
    public static final String LEAST_OUTPUT_ERROR = "least-output-error";

    /** The calibrators by name. */
    public static final List<String> CALIBRATORS = List.of("minmax", "percentile", "entropy", "mse");

    /** What is done without being asked. */
    public static final Corrections PLAIN = new Corrections(false, false, true, LEAST_ERROR);

    /** The same with channels scaled between layers. */
    public Corrections withEqualizedLayers() {
        return new Corrections(true, adaptiveRounding, biasCorrection, calibrator);
    }

    /** The same with weights rounded for the output. */
    public Corrections withAdaptiveRounding() {
        return new Corrections(equalizeLayers, true, biasCorrection, calibrator);
    }

    /** The same without the correction of biases. */
    public Corrections withoutBiasCorrection() {
        return new Corrections(equalizeLayers, adaptiveRounding, false, calibrator);
    }

    /** The same with another calibrator. */
    public Corrections withCalibrator(String name) {
        return new Corrections(equalizeLayers, adaptiveRounding, biasCorrection, name);
    }

    /** As people read it: {@code equalised layers, adaptive rounding}; empty for what is always done. */
    public String text() {
        List<String> parts = new ArrayList<>();
        if (equalizeLayers) {
            parts.add("equalised layers");
        }
        if (adaptiveRounding) {
            parts.add("adaptive rounding");
        }
        if (!biasCorrection) {
            parts.add("biases not corrected");
        }
        if (!calibrator.equals(LEAST_ERROR)) {
            parts.add(calibrator.equals(LEAST_OUTPUT_ERROR) ? "ranges by output" : calibrator + " ranges");
        }
        return String.join(", ", parts);
    }
}
