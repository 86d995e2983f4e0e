package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.Treatment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Training behind a method of compression; its teacher is the model that it began with, or one that is named. */
final class FineTuning {
    @Option(
            names = "--fine-tune",
            paramLabel = "EPOCHS",
            description =
                    "Then train for so many passes over the training samples of --data, after the model as it was.")
    private @Nullable Integer epochs;

    @Option(
            names = "--teacher",
            paramLabel = "FILE",
            description = "With --fine-tune: a model to imitate. Default: the model as it was.")
    private @Nullable Path teacherFile;

    @Option(names = "--no-labels", description = "With --fine-tune: only the model as it was says what is right.")
    private boolean withoutLabels;

    @Option(
            names = "--resume",
            description = "Go on with --fine-tune from the checkpoint that an interrupted call left beside --out.")
    private boolean resume;

    @Mixin
    private TrainingOptions training = new TrainingOptions();

    private final List<ObjectNode> reports = new ArrayList<>();

    boolean isWanted() {
        return epochs != null;
    }

    int epochs() {
        return epochs == null ? 0 : Limits.atLeastOne("--fine-tune", epochs);
    }

    /** @throws SelvedgeException BAD_OPTION when there is nothing to train on, before anything else takes time */
    void check(Optional<Path> data) throws IOException {
        if (isWanted() && data.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--fine-tune needs --data with a 'training' section; see 'selvedge help train'");
        }
        if (teacherFile != null) {
            ModelFile.requireModel(teacherFile);
        }
        training.options(Math.max(1, epochs()), 1);
    }

    /** What was trained, for the file's history. */
    List<ObjectNode> reports() {
        return List.copyOf(reports);
    }

    /** All epochs at once. */
    Graph tune(Console console, PruneOptions options, Graph student, Graph teacher) {
        return isWanted()
                ? tuned(console, options, student, teacher, List.of(), options(epochs(), options.seed), true)
                        .graph()
                : student;
    }

    /** So many epochs as the command line says. */
    TrainOptions options(int passes, long seed) {
        TrainOptions asked = training.options(passes, seed);
        return withoutLabels ? asked.withoutLabels() : asked;
    }

    /** One stage with treatments, the last or one that nobody judges. */
    TrainResult tuned(
            Console console,
            PruneOptions options,
            Graph student,
            Graph teacher,
            List<Treatment> treatments,
            TrainOptions how,
            boolean last) {
        return tuned(console, options.out(), options.dataFile().orElseThrow(), student, teacher, treatments, how, last);
    }

    /** One stage with treatments; checkpoints lie beside {@code out}. */
    TrainResult tuned(
            Console console,
            Path out,
            Path data,
            Graph student,
            Graph teacher,
            List<Treatment> treatments,
            TrainOptions how,
            boolean last) {
        Training stage = new Training(console, out, resume);
        Path folder = stage.folder().resolve("stage-" + reports.size());
        Graph imitated = teacherFile == null ? teacher : Training.model(teacherFile, ImportOptions.none(), data);
        TrainRequest request = new TrainRequest(student, Optional.of(imitated), how, treatments, folder);
        TrainResult result = stage.run(last ? request : request.withoutEvaluation(), data);
        Training.table(result).forEach(console.out()::println);
        reports.add(Training.report(request, result));
        return result;
    }
}
