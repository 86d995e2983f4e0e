package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.deploy.LevelsTrial;
import io.selvedge.compress.deploy.SideBySide;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.compress.eval.PairedComparison;
import io.selvedge.compress.quant.ActivationGrid;
import io.selvedge.compress.quant.Corrections;
import io.selvedge.compress.quant.Levels;
import io.selvedge.compress.quant.LevelsChoice;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import io.selvedge.compress.quant.WeightGrid;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainResult;
import io.selvedge.train.quant.QuantizationAwareTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge compress quantize}: weights and activations of few levels, as a QDQ model. */
@Command(
        name = "quantize",
        description = {
            "Quantises a float model to 8 bits with weights, and if asked activations, of few levels; writes it as ONNX with"
                    + " QuantizeLinear and DequantizeLinear.",
            "",
            "Without training it makes corrections: those that are named, or for 8 bits those that pay on samples held back for"
                    + " it; --compare measures all of them.",
            "",
            "Few levels make the weights of a coded bundle small (deploy --code-weights); they are computed as fast as 8 bits."
        },
        footer = {
            "  selvedge compress quantize net.onnx --data eval.yaml --out net-int8.onnx",
            "  selvedge compress quantize net.onnx --data eval.yaml --with equalize,round --out net-int8.onnx",
            "  selvedge compress quantize net.onnx --data eval.yaml --compare",
            "  selvedge compress quantize net.onnx --data eval.yaml --weights int4 --out small.onnx",
            "  selvedge compress quantize net.onnx --data eval.yaml --weights log4 --activations log --out small.onnx",
            "  selvedge compress quantize net.onnx --data eval.yaml --weights auto --max-weight-bytes 40K --out small.onnx",
            "  selvedge deploy small.onnx --code-weights",
            "",
            "  Levels, times a scale for each output channel:",
            "    int8   -127 ... 127",
            "    int4   -7 ... 7",
            "    log4   0, +-1, +-2, +-4, ... +-64",
            "    log5   0, +-1, +-2, +-3, +-4, +-6, +-8, +-12, ... +-64, +-96"
        })
final class CompressQuantizeCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "An ONNX or TFLite file in float.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(
            names = "--data",
            paramLabel = "YAML",
            required = true,
            description = "What to calibrate on and judge by; see 'selvedge help deploy'.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "The quantised model, as ONNX.")
    private @Nullable Path out;

    @Option(
            names = "--weights",
            paramLabel = "GRID",
            defaultValue = "int8",
            description =
                    "int8, int4, log4 or log5; or auto: for each layer one of these, or float, by --max-weight-bytes."
                            + " Default: int8")
    private String weights = "int8";

    @Option(
            names = "--max-weight-bytes",
            paramLabel = "BYTES",
            converter = ByteCount.Converter.class,
            description = "With --weights auto: most bytes of the weights in a bundle that stores them coded.")
    private @Nullable ByteCount maxWeightBytes;

    @Option(
            names = "--activations",
            paramLabel = "GRID",
            defaultValue = "uint8",
            description =
                    "uint8; log: 0 and 16 levels half an octave apart, for values that are never negative; or log5: a "
                            + "quarter of an octave. Default: uint8")
    private String activations = "uint8";

    @Option(
            names = "--int8",
            paramLabel = "NODE",
            split = ",",
            description = "Nodes whose weights get int8 all the same, such as the first and the last. Repeatable.")
    private List<String> plain = List.of();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of every random choice. Default: 1")
    private long seed = 1;

    @Mixin
    private CorrectionOptions corrections = new CorrectionOptions();

    @Mixin
    private FineTuning tuning = new FineTuning();

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    CompressQuantizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        boolean auto = weights.equals(Limits.AUTO);
        WeightGrid grid = auto
                ? WeightGrid.INT8
                : WeightGrid.named(weights)
                        .orElseThrow(() ->
                                unknown("--weights", weights, Arrays.asList(WeightGrid.values()), WeightGrid::text));
        ActivationGrid values = ActivationGrid.named(activations)
                .orElseThrow(() -> unknown(
                        "--activations", activations, Arrays.asList(ActivationGrid.values()), ActivationGrid::text));
        boolean eight = !auto && grid == WeightGrid.INT8 && values == ActivationGrid.UINT8;
        requireSomethingToDo();
        if (auto != (maxWeightBytes != null)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--weights auto and --max-weight-bytes go together: give both, or neither");
        }
        tuning.check(Optional.of(data));
        corrections.check(eight, tuning.isWanted());
        ModelFile.requireModel(model);
        try (DataSource source = DataSource.open(data)) {
            Graph graph = Compiler.simplify(
                    ModelReader.read(model, SideBySide.bound(model, shapes.options(model), source, "'" + data + "'")));
            List<String> nodes = quantizable(graph);
            LevelsChoice.Chosen levels = auto
                    ? chosen(graph, source, nodes, values)
                    : new LevelsChoice.Chosen(Levels.of(nodes, grid, values), Set.of(), List.of());
            levels.lines().forEach(console.out()::println);
            Quantized quantized = tuning.isWanted()
                    ? trained(graph, source, levels.levels())
                    : corrected(graph, source, levels, eight);
            quantized.lines().forEach(console.out()::println);
            if (out != null) {
                write(quantized, out);
                judge(graph, quantized.graph(), source);
            }
            return 0;
        }
    }

    /** A quantised model, what was done to it as people read it, and what is to be said of it. */
    private record Quantized(Graph graph, String how, List<String> lines) {}

    private void requireSomethingToDo() {
        if (out == null && (tuning.isWanted() || !corrections.compare())) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--out FILE.onnx is needed, or --compare to look only; give one of them");
        }
    }

    private static LevelsTrial trial(Graph graph, ProgressLine progress) {
        return new LevelsTrial(new Compiler(Toolchain.bundled()), graph, progress);
    }

    private Dataset calibration(DataSource source) {
        return source.calibration()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.EMPTY_DATA,
                        "quantisation needs calibration samples, and '" + data
                                + "' has no 'calibration' section; add one, such as calibration: {split: 200}"));
    }

    private LevelsChoice.Chosen chosen(Graph graph, DataSource source, List<String> nodes, ActivationGrid values) {
        long most = Objects.requireNonNull(maxWeightBytes).bytes();
        try (ProgressLine progress = new ProgressLine(console)) {
            LevelsTrial trial = trial(graph, progress);
            LayerTypes types = new LayerTypes(trial, nodes, values, most, !tuning.isWanted());
            return trial.calibrated(calibration(source), "'" + data + "'", types::chosen);
        }
    }

    private Quantized corrected(Graph graph, DataSource source, LevelsChoice.Chosen levels, boolean eight) {
        try (ProgressLine progress = new ProgressLine(console)) {
            return trial(graph, progress).calibrated(calibration(source), "'" + data + "'", calibration -> {
                List<String> lines = new ArrayList<>();
                progress.progress("choose corrections", 0, 0);
                Corrections chosen = corrections.chosen(calibration, eight, lines);
                if (corrections.compare()) {
                    lines.addAll(
                            new CorrectionTable(new Compiler(Toolchain.bundled()), source, levels.levels(), progress)
                                    .lines(calibration, chosen));
                }
                Graph quantized =
                        Quantizer.quantize(graph, calibration.plan(chosen), levels.keepFloat(), levels.levels());
                return new Quantized(quantized, chosen.text(), lines);
            });
        }
    }

    /** Quantised after training with the levels. */
    private Quantized trained(Graph graph, DataSource source, Levels levels) {
        Ranges ranges;
        try (ProgressLine progress = new ProgressLine(console)) {
            ranges = trial(graph, progress).ranges(calibration(source), "'" + data + "'");
        }
        QuantizationAwareTraining form = new QuantizationAwareTraining(graph, ranges, levels);
        // The levels are those of folded weights.
        TrainOptions how = tuning.options(tuning.epochs(), seed).withRestoredBatchNorm(false);
        TrainResult result = tuning.tuned(
                console, Objects.requireNonNull(out), data, form.graph(), form.graph(), form.treatments(), how, true);
        return new Quantized(form.quantized(result), "", List.of());
    }

    private void write(Quantized quantized, Path file) {
        ObjectNode done = PrunedFile.step("quantize").put("weights", weights).put("activations", activations);
        if (maxWeightBytes != null) {
            done.put("maxWeightBytes", maxWeightBytes.bytes());
        }
        if (!plain.isEmpty()) {
            done.put("int8", String.join(" ", plain));
        }
        if (!quantized.how().isEmpty()) {
            done.put("corrections", quantized.how());
        }
        ModelHistory history = new ModelHistory(ModelHistory.of(model).plus(done));
        for (ObjectNode training : tuning.reports()) {
            history = new ModelHistory(history.plus(training));
        }
        OnnxExporter.write(quantized.graph(), file, history.metadata());
        new Training(console, file, false).deleteCheckpoints();
        console.out().println("Wrote " + file + (quantized.how().isEmpty() ? "" : ": " + quantized.how()));
    }

    private void judge(Graph graph, Graph quantized, DataSource source) {
        PairedComparison lost;
        try (ProgressLine progress = new ProgressLine(console)) {
            lost = trial(graph, progress)
                    .compared(quantized, source.evaluation(), MetricCatalog.named(source.metric()), seed);
        }
        console.out()
                .println(String.format(
                        Locale.ROOT,
                        "%s on %d samples: %.4f before, %.4f after, drop %.2f [%.2f to %.2f]",
                        source.metric(),
                        lost.samples(),
                        lost.original(),
                        lost.candidate(),
                        lost.drop(),
                        lost.interval().low(),
                        lost.interval().high()));
    }

    private List<String> quantizable(Graph graph) {
        List<String> nodes = new ArrayList<>(Quantizer.quantizableNodes(graph));
        if (nodes.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    model + " has no Conv or Gemm with constant float weights; nothing can be quantised");
        }
        for (String node : plain) {
            if (!nodes.remove(node)) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--int8 " + node + ": there is no such node to quantise; there are " + nodes);
            }
        }
        return nodes;
    }

    private static <T> SelvedgeException unknown(String option, String given, List<T> known, Function<T, String> text) {
        return new SelvedgeException(
                ErrorCode.BAD_OPTION,
                option + " " + given + ": there are " + known.stream().map(text).collect(Collectors.joining(", ")));
    }
}
