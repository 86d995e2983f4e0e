package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compress.prune.CriterionCatalog;
import io.selvedge.compress.prune.FilterPruning;
import io.selvedge.compress.prune.Groups;
import io.selvedge.compress.prune.Preparation;
import io.selvedge.compress.prune.Widths;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.graph.FreshWeights;
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

/** {@code selvedge compress distil}: a thinner model that a model teaches. */
@Command(
        name = "distil",
        description = {
            "Makes a thinner model of the same kind and trains it after the given one: its teacher.",
            "",
            "The student keeps the channels that weigh most; with --fresh it begins at random. A student of your own is "
                    + "trained by 'selvedge train STUDENT --teacher MODEL'."
        },
        footer = {
            "  selvedge compress distil net.onnx --width 0.5 --data data.yaml --epochs 10 --out small.onnx",
            "  selvedge compress distil net.onnx --width 0.5 --data data.yaml --no-labels       unlabelled samples"
        })
final class CompressDistilCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "The teacher: an ONNX or TFLite file with float weights.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(names = "--data", paramLabel = "YAML", required = true, description = "What to train and evaluate on.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(
            names = "--width",
            paramLabel = "SHARE",
            required = true,
            description = "Channels of every layer to keep, as a share between 0 and 1.")
    private @Nullable Double width;

    @Option(names = "--fresh", description = "Begin with random weights instead of the teacher's.")
    private boolean fresh;

    @Option(names = "--no-labels", description = "Ignore labels: only the teacher says what is right.")
    private boolean withoutLabels;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            defaultValue = "student.onnx",
            description = "The ONNX file to write. Default: student.onnx")
    private Path out = Path.of("student.onnx");

    @Option(names = "--resume", description = "Go on from the checkpoint that an interrupted call left beside --out.")
    private boolean resume;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Mixin
    private TrainingLength training = new TrainingLength();

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    CompressDistilCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ModelFile.requireModel(model);
        TrainOptions asked = training.options();
        TrainOptions options = withoutLabels ? asked.withoutLabels() : asked;
        Graph teacher = Preparation.of(Training.model(model, shapes.options(model), data));
        Graph thin = thinner(teacher);
        Graph student = fresh ? FreshWeights.of(thin, options.seed()) : thin;
        Training run = new Training(console, out, resume);
        TrainRequest request = new TrainRequest(student, Optional.of(teacher), options, List.of(), run.folder());
        TrainResult result = run.run(request, data);
        ObjectNode report = Training.report(request, result)
                .put("step", "distil")
                .put("width", width)
                .put("fresh", fresh)
                .put("macs", GraphCost.of(student).macs())
                .put("teacherMacs", GraphCost.of(teacher).macs());
        String headline = String.format(
                Locale.ROOT,
                "Student: %,d multiply-adds, the teacher has %,d; learning rate %.3g",
                GraphCost.of(student).macs(),
                GraphCost.of(teacher).macs(),
                result.learningRate());
        run.finish(model, result, report, headline, json);
        return 0;
    }

    private Graph thinner(Graph teacher) {
        double share = width == null ? 1 : Limits.positive("--width", width);
        if (share >= 1) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--width needs a share between 0 and 1, got " + share + "; 0.5 halves every layer");
        }
        FilterPruning pruning = new FilterPruning(
                teacher, Groups.of(teacher), CriterionCatalog.named("l1", Optional.empty()), new Widths(1));
        return pruning.apply(pruning.ratio(1 - share, false));
    }
}
