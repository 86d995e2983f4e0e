package io.selvedge.cli;

import io.selvedge.cli.report.ExplanationPage;
import io.selvedge.cli.report.ExplanationWriter;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.ModelInputs;
import io.selvedge.compress.explain.Explainer;
import io.selvedge.compress.explain.Explanation;
import io.selvedge.compress.explain.Repair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code selvedge explain}: why a quantised model answers otherwise than its original. */
@Command(
        name = "explain",
        description = {
            "Runs a model and its quantised form on the same samples and names, layer by layer, what is lost, why, and what "
                    + "would help; --fix does it.",
            "",
            "The quantised form may be anybody's ONNX file with QuantizeLinear and DequantizeLinear."
        },
        footer = {
            "  selvedge explain net.onnx net-int8.onnx --data eval.yaml",
            "  selvedge explain net.onnx net-int8.onnx --data eval.yaml --fix --out fixed.onnx",
            "  selvedge explain net.onnx out/model.onnx --data eval.yaml --html why.html"
        })
final class ExplainCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "0", paramLabel = "ORIGINAL", description = "The float model, an ONNX or TFLite file.")
    @SuppressWarnings("NullAway.Init")
    private Path original;

    @Parameters(index = "1", paramLabel = "COMPRESSED", description = "Its quantised form.")
    @SuppressWarnings("NullAway.Init")
    private Path compressed;

    @Option(
            names = "--data",
            paramLabel = "YAML",
            required = true,
            description = "Samples to run both on: the calibration section's, else the first of all.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(names = "--fix", description = "Do what the findings ask for, where it raises the signal-to-noise.")
    private boolean fix;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where --fix writes the repaired model.")
    private @Nullable Path out;

    @Option(names = "--json", description = "Print as JSON instead of the table.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a page with bars there.")
    private @Nullable Path html;

    @Mixin
    private ModelShapes shapes = new ModelShapes();

    ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (fix != (out != null)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--fix needs --out FILE for the repaired model, and --out needs --fix; give both or none");
        }
        Graph wanted = read(original);
        Graph found = read(compressed);
        Explanation explanation;
        Optional<Repair.Result> repair = Optional.empty();
        try (DataSource source = DataSource.open(data);
                ProgressLine progress = new ProgressLine(console)) {
            List<Map<String, Tensor>> samples = samples(wanted, source);
            Explainer explainer =
                    new Explainer(wanted, samples, done -> progress.progress("run the original", done, samples.size()));
            progress.progress("compare layer by layer", 0, 0);
            explanation = explainer.explain(found);
            if (fix) {
                progress.progress("repair", 0, 0);
                repair = Optional.of(Repair.run(explainer, found, explanation));
            }
        }
        repair.ifPresent(this::write);
        if (json) {
            console.out().print(ExplanationWriter.text(explanation, repair));
        } else {
            new ExplainTable(explanation).lines().forEach(console.out()::println);
            repair.ifPresent(this::print);
        }
        if (html != null) {
            new TextFile("--html", html)
                    .write(ExplanationPage.text(String.valueOf(compressed.getFileName()), explanation));
        }
        return 0;
    }

    private Graph read(Path file) throws IOException {
        ModelFile.requireModel(file);
        return Compiler.simplify(ModelReader.read(file, shapes.options(file)));
    }

    private static List<Map<String, Tensor>> samples(Graph graph, DataSource source) {
        source.requireInputs(ModelInputs.of(graph));
        Dataset all = source.calibration().orElse(source.evaluation());
        List<Map<String, Tensor>> samples = new ArrayList<>();
        int count = Math.min(all.size(), Explainer.samples(graph, all.size()));
        for (int i = 0; i < count; i++) {
            samples.add(all.get(i).tensors(graph));
        }
        return samples;
    }

    private void write(Repair.Result result) {
        Path file = Objects.requireNonNull(out);
        OnnxExporter.write(result.graph(), file, Map.of("selvedge.explain.fix", String.join("; ", result.steps())));
    }

    private void print(Repair.Result result) {
        console.out().println();
        if (result.steps().isEmpty()) {
            console.out().println("Nothing that was tried raises the signal-to-noise; " + out + " is as it was.");
            return;
        }
        console.out().println("Fixed:");
        result.steps().forEach(step -> console.out().println("  " + step));
        console.out().println("Wrote " + out);
    }
}
