package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.prune.CriterionCatalog;
import io.selvedge.compress.prune.FilterPruning;
import io.selvedge.compress.prune.Groups;
import io.selvedge.compress.prune.LayerPruning;
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
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge compress distil}: a thinner or shallower model that a model teaches. */
@Command(
        name = "distil",
        description = {
            "Makes a thinner or shallower model of the same kind and trains it after the given one: its teacher.",
            "",
            "The student keeps the channels that weigh most and the layers that are missed most; with --fresh it begins at "
                    + "random. A student of your own is "
                    + "trained by 'selvedge train STUDENT --teacher MODEL'."
        },
        footer = {
            "  selvedge compress distil net.onnx --width 0.5 --data data.yaml --epochs 10 --out small.onnx",
            "  selvedge compress distil net.onnx --depth 0.7 --width 0.75 --data data.yaml --out small.onnx",
            "  selvedge compress distil net.onnx --width 0.5 --data data.yaml --no-labels       unlabelled samples"
        })
final class CompressDistilCommand implements Callable<Integer> {
    /** On which damage is measured while layers are chosen. */
    private static final int DAMAGE_SAMPLES = 16;

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
            description = "Channels of every layer to keep, as a share between 0 and 1.")
    private @Nullable Double width;

    @Option(
            names = "--depth",
            paramLabel = "SHARE",
            description = "Layers that multiply to keep, as a share between 0 and 1: residual blocks and layers that "
                    + "change no shape can go.")
    private @Nullable Double depth;

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
        if (width == null && depth == null) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--width or --depth is needed: the share of channels or layers that stays");
        }
        // Both before layers are measured, which takes long.
        OptionalDouble channels = share("--width", width);
        OptionalDouble layers = share("--depth", depth);
        TrainOptions asked = training.options();
        TrainOptions options = withoutLabels ? asked.withoutLabels() : asked;
        Graph teacher = Preparation.of(Training.model(model, shapes.options(model), data));
        Graph derived = thinner(shallower(teacher, layers), channels);
        Graph student = fresh ? FreshWeights.of(derived, options.seed()) : derived;
        Training run = new Training(console, out, resume);
        TrainRequest request = new TrainRequest(student, Optional.of(teacher), options, List.of(), run.folder());
        TrainResult result = run.run(request, data);
        long macs = GraphCost.of(student).macs();
        long teacherMacs = GraphCost.of(teacher).macs();
        ObjectNode report = Training.report(request, result)
                .put("step", "distil")
                .put("width", width)
                .put("depth", depth)
                .put("fresh", fresh)
                .put("macs", macs)
                .put("teacherMacs", teacherMacs);
        String headline = String.format(
                Locale.ROOT,
                "Student: %,d multiply-adds, the teacher has %,d; learning rate %.3g",
                macs,
                teacherMacs,
                result.learningRate());
        run.finish(model, result, report, headline, json);
        return 0;
    }

    private static Graph thinner(Graph teacher, OptionalDouble share) {
        if (share.isEmpty()) {
            return teacher;
        }
        FilterPruning pruning = new FilterPruning(
                teacher, Groups.of(teacher), CriterionCatalog.named("l1", Optional.empty()), new Widths(1));
        return pruning.apply(pruning.ratio(1 - share.getAsDouble(), false));
    }

    /** Samples say what is missed least. */
    private Graph shallower(Graph teacher, OptionalDouble share) {
        if (share.isEmpty()) {
            return teacher;
        }
        try (DataSource source = DataSource.open(data);
                ProgressLine line = new ProgressLine(console)) {
            Dataset samples = source.calibration().or(source::training).orElseGet(source::evaluation);
            LayerPruning pruning = new LayerPruning(
                    teacher,
                    samples.take(DAMAGE_SAMPLES, training.options().seed()).tensors(teacher));
            return pruning.ofDepth(
                    teacher,
                    share.getAsDouble(),
                    (done, all) -> line.progress("measure what each layer is worth", done, all));
        }
    }

    private static OptionalDouble share(String option, @Nullable Double given) {
        if (given == null) {
            return OptionalDouble.empty();
        }
        double share = Limits.positive(option, given);
        if (share >= 1) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, option + " needs a share between 0 and 1, got " + share + "; 0.5 keeps half");
        }
        return OptionalDouble.of(share);
    }
}
