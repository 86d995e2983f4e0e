package io.selvedge.cli;

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
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.compress.eval.PairedComparison;
import io.selvedge.compress.quant.ActivationGrid;
import io.selvedge.compress.quant.Levels;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import io.selvedge.compress.quant.WeightGrid;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.quant.QuantizationAwareTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
            "Few levels make the weights of a coded bundle small (deploy --code-weights); they are computed as fast as 8 bits."
        },
        footer = {
            "  selvedge compress quantize net.onnx --data eval.yaml --weights int4 --out small.onnx",
            "  selvedge compress quantize net.onnx --data eval.yaml --weights log4 --activations log --out small.onnx",
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
            required = true,
            description = "The quantised model, as ONNX.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(
            names = "--weights",
            paramLabel = "GRID",
            defaultValue = "int8",
            description = "int8, int4, log4 or log5. Default: int8")
    private String weights = "int8";

    @Option(
            names = "--activations",
            paramLabel = "GRID",
            defaultValue = "uint8",
            description = "uint8, or log: 0 and 16 levels half an octave apart, for values that are never negative."
                    + " Default: uint8")
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
    private FineTuning tuning = new FineTuning();

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    CompressQuantizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        WeightGrid grid = WeightGrid.named(weights)
                .orElseThrow(() -> unknown("--weights", weights, Arrays.asList(WeightGrid.values()), WeightGrid::text));
        ActivationGrid values = ActivationGrid.named(activations)
                .orElseThrow(() -> unknown(
                        "--activations", activations, Arrays.asList(ActivationGrid.values()), ActivationGrid::text));
        tuning.check(Optional.of(data));
        ModelFile.requireModel(model);
        Graph graph = Compiler.simplify(ModelReader.read(model, shapes.options(model)));
        List<String> nodes = quantizable(graph);
        try (DataSource source = DataSource.open(data);
                ProgressLine progress = new ProgressLine(console)) {
            LevelsTrial trial = new LevelsTrial(new Compiler(Toolchain.bundled()), graph, progress);
            Dataset calibration = source.calibration()
                    .orElseThrow(() -> new SelvedgeException(
                            ErrorCode.BAD_DATA,
                            "'" + data + "' has no 'calibration' section; add one, such as calibration: {split: 200}"));
            Ranges ranges = trial.ranges(calibration, "'" + data + "'");
            QuantizationAwareTraining form =
                    new QuantizationAwareTraining(graph, ranges, Levels.of(nodes, grid, values));
            Graph quantized = tuning.isWanted() ? tuned(form) : form.quantized();
            OnnxExporter.write(quantized, out, Map.of("selvedge.history", history()));
            PairedComparison lost =
                    trial.compared(quantized, source.evaluation(), MetricCatalog.named(source.metric()), seed);
            console.out().println("Wrote " + out);
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
            return 0;
        }
    }

    /** Quantised after training with the levels. */
    private Graph tuned(QuantizationAwareTraining form) {
        // The levels are those of folded weights.
        TrainOptions how = tuning.options(tuning.epochs(), seed).withRestoredBatchNorm(false);
        return form.quantized(tuning.tuned(console, out, data, form.graph(), form.graph(), form.treatments(), how));
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

    private String history() {
        return "quantize: weights " + weights + (plain.isEmpty() ? "" : " but int8 in " + plain) + ", activations "
                + activations
                + (tuning.isWanted() ? ", trained for " + tuning.epochs() + " epochs, seed " + seed : "");
    }

    private static <T> SelvedgeException unknown(
            String option, String given, List<T> known, java.util.function.Function<T, String> text) {
        return new SelvedgeException(
                ErrorCode.BAD_OPTION,
                option + " " + given + ": there are " + known.stream().map(text).collect(Collectors.joining(", ")));
    }
}
