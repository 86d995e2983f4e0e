package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.Treatment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Training behind a method of compression, with the model that it began with as teacher. */
final class FineTuning {
    @Option(
            names = "--fine-tune",
            paramLabel = "EPOCHS",
            description =
                    "Then train for so many passes over the training samples of --data, after the model as it was.")
    private @Nullable Integer epochs;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description = "Of --fine-tune. Default: found by a range test.")
    private @Nullable Double learningRate;

    @Option(names = "--no-labels", description = "With --fine-tune: only the model as it was says what is right.")
    private boolean withoutLabels;

    @Option(
            names = "--resume",
            description = "Go on with --fine-tune from the checkpoint that an interrupted call left beside --out.")
    private boolean resume;

    @Option(
            names = "--feature-weight",
            paramLabel = "W",
            defaultValue = "0",
            description =
                    "With --fine-tune: weight of activations whose channels all stay, beside the answers. Default: 0")
    private double featureWeight;

    @Mixin
    private AugmentOption augmenting = new AugmentOption();

    private final List<ObjectNode> reports = new ArrayList<>();

    boolean isWanted() {
        return epochs != null;
    }

    int epochs() {
        return epochs == null ? 0 : Limits.atLeastOne("--fine-tune", epochs);
    }

    /** @throws SelvedgeException BAD_OPTION when there is nothing to train on, before anything else takes time */
    void check(PruneOptions options) {
        if (isWanted() && options.dataFile().isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--fine-tune needs --data with a 'training' section; see 'selvedge help train'");
        }
        epochs();
        featureWeight();
        augmenting.augmentation();
    }

    private double featureWeight() {
        return Limits.notNegative("--feature-weight", featureWeight);
    }

    /** What was trained, for the file's history. */
    List<ObjectNode> reports() {
        return List.copyOf(reports);
    }

    /** All epochs at once. */
    Graph tune(Console console, PruneOptions options, Graph student, Graph teacher) {
        return isWanted()
                ? tuned(console, options, student, teacher, List.of(), epochs(), OptionalDouble.empty())
                        .graph()
                : student;
    }

    /** So many epochs with treatments, at the rate of an earlier stage where there was one. */
    TrainResult tuned(
            Console console,
            PruneOptions options,
            Graph student,
            Graph teacher,
            List<Treatment> treatments,
            int passes,
            OptionalDouble rate) {
        Path data = options.dataFile().orElseThrow();
        TrainOptions plain = TrainOptions.of(passes, options.seed).with(augmenting.augmentation());
        TrainOptions usual = plain.with(plain.distillation().withFeature(featureWeight()));
        TrainOptions labelled = rate.isPresent()
                ? usual.with(usual.schedule().at(rate.getAsDouble()))
                : learningRate == null
                        ? usual
                        : usual.with(usual.schedule().at(Limits.positive("--learning-rate", learningRate)));
        Training training = new Training(console, options.out(), resume);
        Path folder = training.folder().resolve("stage-" + reports.size());
        TrainRequest request = new TrainRequest(
                student, Optional.of(teacher), withoutLabels ? labelled.withoutLabels() : labelled, treatments, folder);
        TrainResult result = training.run(request, data);
        Training.table(result).forEach(console.out()::println);
        reports.add(Training.report(request, result));
        return result;
    }
}
