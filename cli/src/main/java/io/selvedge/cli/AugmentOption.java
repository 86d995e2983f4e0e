package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.train.TrainOptions.Augmentation;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Random changes of what a model is trained on. */
final class AugmentOption {
    @Option(
            names = "--augment",
            paramLabel = "RULE",
            split = ",",
            mapFallbackValue = "",
            description =
                    "Random changes of inputs: flip (images, left to right), shift=N (pixels or frames), noise=S and "
                            + "gain=S (shares of the input's own), mix=S (up to this share of another sample; without labels). "
                            + "Default: none.")
    private Map<String, String> augment = new LinkedHashMap<>();

    /** @throws SelvedgeException BAD_OPTION */
    Augmentation augmentation() {
        boolean flip = false;
        int shift = 0;
        double noise = 0;
        double gain = 0;
        double mix = 0;
        for (Map.Entry<String, String> rule : augment.entrySet()) {
            String option = "--augment " + rule.getKey();
            switch (rule.getKey()) {
                case "flip" -> flip = true;
                case "shift" -> shift = (int) Limits.notNegative(option, number(option, rule.getValue()));
                case "noise" -> noise = Limits.notNegative(option, number(option, rule.getValue()));
                case "gain" -> gain = Limits.notNegative(option, number(option, rule.getValue()));
                case "mix" -> mix = Limits.share(option, number(option, rule.getValue()));
                default ->
                    throw new SelvedgeException(
                            ErrorCode.BAD_OPTION, option + ": the rules are flip, shift=N, noise=S, gain=S and mix=S");
            }
        }
        return new Augmentation(flip, shift, noise, gain, mix);
    }

    private static double number(String option, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new SelvedgeException(ErrorCode.BAD_OPTION, option + " needs a number, got '" + text + "'");
        }
    }
}
