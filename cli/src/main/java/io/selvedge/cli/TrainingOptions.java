package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.data.Augmentation;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainOptions.Descent;
import io.selvedge.train.TrainOptions.Distillation;
import io.selvedge.train.TrainOptions.Optimizer;
import io.selvedge.train.TrainOptions.Schedule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How training goes, whichever command does it and however long. */
public final class TrainingOptions {
    @Option(names = "--batch", paramLabel = "N", defaultValue = "32", description = "Samples a step. Default: 32")
    private int batch = 32;

    @Option(
            names = "--steps-per-epoch",
            paramLabel = "N",
            description = "Fewer steps than the samples give. Default: all of them.")
    private @Nullable Integer stepsPerEpoch;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description = "The highest; it rises to it and falls along a cosine. Default: found by a range test.")
    private @Nullable Double learningRate;

    @Option(
            names = "--optimizer",
            paramLabel = "adamw|lamb|sgd",
            defaultValue = "adamw",
            description =
                    "How gradients move weights; lamb for nets whose layers' weights differ much in size, as those of folded "
                            + "nets do: its rate is a share of each layer's weights. Default: adamw")
    private Optimizer optimizer = Optimizer.ADAMW;

    @Option(
            names = "--weight-decay",
            paramLabel = "D",
            defaultValue = "1e-4",
            description = "Shrinks weights at every step. Default: 1e-4")
    private double weightDecay = 1e-4;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Stop after so many epochs without a better validation loss. Default: 0, never; the best epoch is "
                            + "kept either way.")
    private int patience;

    @Option(
            names = "--augment",
            paramLabel = "RULE",
            split = ",",
            mapFallbackValue = "",
            description =
                    "Random changes of inputs: flip (images, left to right), shift=N (pixels or frames), noise=S and "
                            + "gain=S (shares of the input's own), mix=S (up to this share of another sample; without labels). "
                            + "Default: what 'augment' of --data says.")
    private Map<String, String> augment = new LinkedHashMap<>();

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "4",
            description = "With a teacher: how soft its labels are. Default: 4")
    private double temperature = 4;

    @Option(
            names = "--task-weight",
            paramLabel = "W",
            defaultValue = "0.3",
            description =
                    "With a teacher: share of the labels in the loss, 0 to 1; the teacher has the rest. Default: 0.3")
    private double taskWeight = 0.3;

    @Option(
            names = "--feature-weight",
            paramLabel = "W",
            defaultValue = "0",
            description = "With a teacher: weight of activations that both name alike. Default: 0")
    private double featureWeight;

    @Option(
            names = "--attention-weight",
            paramLabel = "W",
            defaultValue = "0",
            description = "With a teacher: weight of where such activations are large. Default: 0")
    private double attentionWeight;

    @Option(
            names = "--keep-folded",
            description =
                    "Train convolutions whose batch normalisation was folded as they are, without giving it back.")
    private boolean keepFolded;

    @Option(
            names = "--mixed-precision",
            description =
                    "Compute products from factors in bfloat16, as GPUs do: a fifth less time on CPUs with AVX512_BF16 or AMX, "
                            + "slower on others.")
    private boolean mixedPrecision;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of the training; results are equal for one number of them. Default: 1")
    private int threads = 1;

    /** So many passes over the training samples. @throws SelvedgeException BAD_OPTION */
    TrainOptions options(int epochs, long seed) {
        Limits.atLeastOne("--batch", batch);
        Limits.processors("--threads", threads);
        Limits.positive("--temperature", temperature);
        share("--task-weight", taskWeight);
        OptionalDouble rate = learningRate == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(Limits.positive("--learning-rate", learningRate));
        OptionalInt steps = stepsPerEpoch == null
                ? OptionalInt.empty()
                : OptionalInt.of(Limits.atLeastOne("--steps-per-epoch", stepsPerEpoch));
        TrainOptions usual = TrainOptions.of(epochs, seed);
        Descent descent = new Descent(
                optimizer,
                usual.descent().momentum(),
                notNegative("--weight-decay", weightDecay),
                usual.descent().maxGradientNorm());
        return usual.with(new Schedule(epochs, batch, rate, usual.schedule().warmUp(), patience, steps))
                .with(descent)
                .with(augmentation())
                .with(new Distillation(
                        temperature,
                        taskWeight,
                        notNegative("--feature-weight", featureWeight),
                        notNegative("--attention-weight", attentionWeight)))
                .withRestoredBatchNorm(!keepFolded)
                .withThreads(threads)
                .withMixedPrecision(mixedPrecision);
    }

    private Augmentation augmentation() {
        boolean flip = false;
        int shift = 0;
        double noise = 0;
        double gain = 0;
        double mix = 0;
        for (Map.Entry<String, String> rule : augment.entrySet()) {
            String option = "--augment " + rule.getKey();
            switch (rule.getKey()) {
                case "flip" -> flip = true;
                case "shift" -> shift = (int) notNegative(option, number(option, rule.getValue()));
                case "noise" -> noise = notNegative(option, number(option, rule.getValue()));
                case "gain" -> gain = notNegative(option, number(option, rule.getValue()));
                case "mix" -> mix = share(option, number(option, rule.getValue()));
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

    private static double notNegative(String option, double value) {
        if (Limits.finite(option, value) < 0) {
            throw new SelvedgeException(ErrorCode.BAD_OPTION, option + " needs a number of at least 0, got " + value);
        }
        return value;
    }

    private static double share(String option, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new SelvedgeException(ErrorCode.BAD_OPTION, option + " needs a number from 0 to 1, got " + value);
        }
        return value;
    }
}
