package io.selvedge.cli;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.ModelInputs;
import io.selvedge.compress.deploy.CompiledGraph;
import io.selvedge.compress.deploy.NativeActivations;
import io.selvedge.compress.deploy.SideBySide;
import io.selvedge.compress.eval.Evaluation;
import io.selvedge.compress.eval.Evaluator;
import io.selvedge.compress.eval.MetricCatalog;
import io.selvedge.compress.eval.Progress;
import io.selvedge.compress.eval.Reference;
import io.selvedge.compress.quant.Calibration;
import io.selvedge.compress.quant.CorrectionChoice;
import io.selvedge.compress.quant.Corrections;
import io.selvedge.compress.quant.Quantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge compress int8}: 8 bits with corrections that are asked for, or chosen. */
@Command(
        name = "int8",
        description = {
            "Quantises a model to int8 after training, on calibration samples.",
            "",
            "Without further options it makes the corrections that lower the noise on samples held back for it, as 'deploy' "
                    + "does; with --with exactly those that are named. --compare measures all of them."
        },
        footer = {
            "  selvedge compress int8 net.onnx --data eval.yaml --out net-int8.onnx",
            "  selvedge compress int8 net.onnx --data eval.yaml --with equalize,round --out net-int8.onnx",
            "  selvedge compress int8 net.onnx --data eval.yaml --compare"
        })
final class CompressInt8Command implements Callable<Integer> {
    /** A correction by the name that it has on the command line. */
    enum Correction {
        /** Channels between layers. */
        EQUALIZE,
        /** Weights up or down. */
        ROUND,
        /** Ranges by the outputs of the layers that read them. */
        RANGES
    }

    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "An ONNX or TFLite file in float.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(
            names = "--data",
            paramLabel = "YAML",
            required = true,
            description = "Calibration samples, and samples to judge by for --compare; see 'selvedge help deploy'.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(
            names = "--with",
            paramLabel = "NAMES",
            split = ",",
            description = "Corrections to make: equalize, round, ranges, several with commas.")
    private @Nullable List<Correction> with;

    @Option(names = "--compare", description = "Measure each correction on the samples to judge by, in compiled code.")
    private boolean compare;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where to write the quantised model.")
    private @Nullable Path out;

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    CompressInt8Command(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (out == null && !compare) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--out FILE.onnx is needed, or --compare to look only; give one of them");
        }
        ModelFile.requireModel(model);
        Graph graph = Compiler.simplify(ModelReader.read(model, shapes.options(model)));
        if (Quantizer.quantizableNodes(graph).isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    model + " has no convolution or matrix product over float weights that could be quantised");
        }
        Compiler compiler = new Compiler(Toolchain.bundled());
        List<String> lines = new ArrayList<>();
        try (DataSource source = DataSource.open(data);
                ProgressLine progress = new ProgressLine(console);
                CompiledGraph exposing = new CompiledGraph(compiler, NativeActivations.exposing(graph))) {
            List<Map<String, Tensor>> samples = samples(graph, source);
            Calibration calibration = Calibration.of(
                    graph,
                    samples,
                    CorrectionChoice.samples(graph, samples.size()),
                    exposing.activations(),
                    done -> progress.progress("calibrate", done, 2L * samples.size()));
            progress.progress("choose corrections", 0, 0);
            Corrections corrections = asked().orElseGet(() -> {
                CorrectionChoice.Result choice = CorrectionChoice.choose(calibration);
                lines.addAll(choice.trials());
                return choice.corrections();
            });
            if (out != null) {
                Graph quantized = Quantizer.quantize(graph, calibration.plan(corrections), Set.of());
                write(quantized, out, corrections.text());
                lines.add("Wrote " + out + (corrections.text().isEmpty() ? "" : ": " + corrections.text()));
            }
            if (compare) {
                lines.addAll(table(compiler, source, calibration, corrections, progress));
            }
        }
        lines.forEach(console.out()::println);
        return 0;
    }

    private Optional<Corrections> asked() {
        return Optional.ofNullable(with).map(names -> {
            Corrections corrections = Corrections.PLAIN;
            for (Correction name : names) {
                corrections = switch (name) {
                    case EQUALIZE -> corrections.withEqualizedLayers();
                    case ROUND -> corrections.withAdaptiveRounding();
                    case RANGES -> corrections.withCalibrator(Corrections.LEAST_OUTPUT_ERROR);
                };
            }
            return corrections;
        });
    }

    private List<String> table(
            Compiler compiler, DataSource source, Calibration calibration, Corrections chosen, ProgressLine progress) {
        Graph graph = calibration.graph();
        Evaluator evaluator = new Evaluator(source.evaluation(), MetricCatalog.named(source.metric()), Progress.SILENT);
        TextTable table = new TextTable()
                .left("corrections")
                .right(source.metric() + " %")
                .right("as the original %")
                .right("SNR dB");
        try (CompiledGraph original = new CompiledGraph(compiler, graph)) {
            Reference reference = evaluator.original(original.runner());
            table.row("float", percent(reference.evaluation().value()), "100.00", "");
            Map<String, Corrections> all = new LinkedHashMap<>();
            Corrections plain = Corrections.PLAIN;
            all.put("biases not corrected", plain.withoutBiasCorrection());
            all.put("plain", plain);
            all.put("equalised layers", plain.withEqualizedLayers());
            all.put("adaptive rounding", plain.withAdaptiveRounding());
            all.put("ranges by output", plain.withCalibrator(Corrections.LEAST_OUTPUT_ERROR));
            Corrections.CALIBRATORS.forEach(name -> all.put(name + " ranges", plain.withCalibrator(name)));
            all.put("chosen: " + (chosen.text().isEmpty() ? "plain" : chosen.text()), chosen);
            int done = 0;
            for (Map.Entry<String, Corrections> entry : all.entrySet()) {
                progress.progress("measure " + entry.getKey(), ++done, all.size());
                Graph quantized = Quantizer.quantize(graph, calibration.plan(entry.getValue()), Set.of());
                try (CompiledGraph compiled = new CompiledGraph(compiler, quantized)) {
                    Evaluation found = evaluator.candidate(compiled.runner(), reference);
                    table.row(
                            entry.getKey(),
                            percent(found.value()),
                            percent(found.agreement()),
                            String.format(Locale.ROOT, "%.1f", found.snrDb()));
                }
            }
        }
        return table.lines();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f", 100 * share);
    }

    private static List<Map<String, Tensor>> samples(Graph graph, DataSource source) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        graph.inputs().forEach(input -> types.put(input, graph.type(input)));
        source.requireInputs(new ModelInputs(types));
        Dataset all = source.calibration()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.EMPTY_DATA,
                        "quantisation needs calibration samples; add a calibration section to the data description"));
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            samples.add(SideBySide.tensors(graph, all.get(i)));
        }
        return samples;
    }

    private static void write(Graph graph, Path file, String how) {
        OnnxExporter.write(graph, file, Map.of("selvedge.corrections", how));
    }
}
