package io.selvedge.cli;

import io.selvedge.train.TrainOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a command takes that does nothing but train. */
final class TrainingLength {
    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "5",
            description = "Passes over the training samples. Default: 5")
    private int epochs = 5;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of every random choice. Default: 1")
    private long seed = 1;

    @Mixin
    private TrainingOptions training = new TrainingOptions();

    /** @throws io.selvedge.compiler.diag.SelvedgeException BAD_OPTION */
    TrainOptions options() {
        return training.options(Limits.atLeastOne("--epochs", epochs), seed);
    }
}
