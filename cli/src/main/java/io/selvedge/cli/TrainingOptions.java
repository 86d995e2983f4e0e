package io.selvedge.cli;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainOptions.Descent;
import io.selvedge.train.TrainOptions.Distillation;
import io.selvedge.train.TrainOptions.Optimizer;
import io.selvedge.train.TrainOptions.Schedule;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a command trains. */
public final class TrainingOptions {
    @Mixin
    private AugmentOption augmenting = new AugmentOption();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "5",
            description = "Passes over the training samples. Default: 5")
    private int epochs = 5;

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
            paramLabel = "adamw|sgd",
            defaultValue = "adamw",
            description = "How gradients move weights. Default: adamw")
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

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of every random choice. Default: 1")
    private long seed = 1;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of the training; results are equal for one number of them. Default: 1")
    private int threads = 1;

    /** @throws SelvedgeException BAD_OPTION */
    TrainOptions options() {
        Limits.atLeastOne("--epochs", epochs);
        Limits.atLeastOne("--batch", batch);
        Limits.processors("--threads", threads);
        Limits.positive("--temperature", temperature);
        Limits.share("--task-weight", taskWeight);
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
                Limits.notNegative("--weight-decay", weightDecay),
                usual.descent().maxGradientNorm());
        return usual.with(new Schedule(epochs, batch, rate, usual.schedule().warmUp(), patience, steps))
                .with(descent)
                .with(augmenting.augmentation())
                .with(new Distillation(
                        temperature,
                        taskWeight,
                        Limits.notNegative("--feature-weight", featureWeight),
                        Limits.notNegative("--attention-weight", attentionWeight)))
                .withRestoredBatchNorm(!keepFolded)
                .withThreads(threads);
    }
}
