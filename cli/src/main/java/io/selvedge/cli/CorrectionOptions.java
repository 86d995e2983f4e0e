package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.quant.Calibration;
import io.selvedge.compress.quant.CorrectionChoice;
import io.selvedge.compress.quant.Corrections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is done, without training, so that quantisation loses less. */
final class CorrectionOptions {
    /** A correction by the name that it has on the command line. */
    enum Correction {
        /** Channels between layers. */
        EQUALIZE,
        /** Weights up or down. */
        ROUND,
        /** Ranges by the outputs of the layers that read them. */
        RANGES,
        /** Nothing but biases. */
        NONE
    }

    @Option(
            names = "--with",
            paramLabel = "NAMES",
            split = ",",
            description =
                    "Corrections to make: equalize, round (int8 weights), ranges, several with commas; or none. Default:"
                            + " for int8 those that lower the noise on samples held back for it, as 'deploy' does, else none")
    private @Nullable List<Correction> with;

    @Option(names = "--compare", description = "Measure each correction on the samples to judge by, in compiled code.")
    private boolean compare;

    boolean compare() {
        return compare;
    }

    /**
     * @param eight whether all weights and activations have 8 bits
     * @throws SelvedgeException BAD_OPTION for what goes with training or with 8 bits only
     */
    void check(boolean eight, boolean trained) {
        if (trained && (with != null || compare)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--with and --compare are for models that are not trained; --fine-tune makes up for more, leave them out");
        }
        if (!eight && with != null && with.contains(Correction.ROUND)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--with round moves weights of 8 bits up or down by one; coarser weights take --fine-tune");
        }
    }

    /**
     * Those that were asked for, else those that pay.
     *
     * @param trials gets a line for each that was tried
     */
    Corrections chosen(Calibration calibration, boolean eight, List<String> trials) {
        if (with != null) {
            return named(with);
        }
        if (!eight) {
            return Corrections.PLAIN;
        }
        CorrectionChoice.Result choice = CorrectionChoice.choose(calibration);
        trials.addAll(choice.trials());
        return choice.corrections();
    }

    private static Corrections named(List<Correction> names) {
        Corrections corrections = Corrections.PLAIN;
        for (Correction name : names) {
            corrections = switch (name) {
                case EQUALIZE -> corrections.withEqualizedLayers();
                case ROUND -> corrections.withAdaptiveRounding();
                case RANGES -> corrections.withCalibrator(Corrections.LEAST_OUTPUT_ERROR);
                case NONE -> corrections;
            };
        }
        return corrections;
    }
}
