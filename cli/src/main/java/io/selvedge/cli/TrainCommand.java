package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge train}: fine-tunes a model, or trains it, alone or after a teacher. */
@Command(
        name = "train",
        description = {
            "Trains an ONNX model on your data and writes it as ONNX. No source code and no framework are needed.",
            "",
            "The loss follows from the data: cross entropy for labels, mean squared error for targets ('metric: mse'); with "
                    + "--teacher, the other model's answers too, and without labels these alone."
        },
        footer = {
            "  selvedge train net.onnx --data data.yaml --epochs 2 --out tuned.onnx",
            "  selvedge train small.onnx --data data.yaml --teacher net.onnx --augment flip,shift=4",
            "  selvedge train net.onnx --data data.yaml --out tuned.onnx --resume     after an interruption",
            "",
            "  data.yaml is what 'deploy' takes, with the samples to train on:",
            "    training: {path: train.tar.gz, validation: 0.1}     # or {split: 500}; labels: false ignores labels"
        })
final class TrainCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "An ONNX or TFLite file with float weights.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(names = "--data", paramLabel = "YAML", required = true, description = "What to train and evaluate on.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            defaultValue = "trained.onnx",
            description = "The ONNX file to write. Default: trained.onnx")
    private Path out = Path.of("trained.onnx");

    @Option(names = "--teacher", paramLabel = "FILE", description = "A model of the same task to imitate.")
    private @Nullable Path teacher;

    @Option(
            names = "--resume",
            description =
                    "Go on from the checkpoint that an interrupted call with the same options left beside --out; the "
                            + "result is the same as without the interruption.")
    private boolean resume;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Mixin
    private TrainingLength training = new TrainingLength();

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    TrainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ModelFile.requireModel(model);
        TrainOptions options = training.options();
        Graph student = Training.model(model, shapes.options(model), data);
        Training run = new Training(console, out, resume);
        TrainRequest request = new TrainRequest(student, teacherGraph(), options, List.of(), run.folder());
        TrainResult result = run.run(request, data);
        ObjectNode report = Training.report(request, result);
        String headline = String.format(Locale.ROOT, "Learning rate %.3g", result.learningRate());
        run.finish(model, result, report, headline, json);
        return 0;
    }

    private Optional<Graph> teacherGraph() throws IOException {
        if (teacher == null) {
            return Optional.empty();
        }
        ModelFile.requireModel(teacher);
        return Optional.of(Training.model(teacher, shapes.options(teacher), data));
    }
}
