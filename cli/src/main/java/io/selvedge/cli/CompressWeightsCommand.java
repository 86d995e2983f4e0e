package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.prune.Masking;
import io.selvedge.compress.prune.Pattern;
import io.selvedge.compress.prune.WeightPruning;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code selvedge compress weights}: zeros among the weights. */
@Command(
        name = "weights",
        description = {
            "Sets weights to zero: the smallest of all layers, or by a pattern.",
            "",
            "Zeros make a model smaller only where weights are stored coded, and faster only where a kernel leaves them out; "
                    + "the report says what they do here."
        },
        footer = {
            "  selvedge compress weights net.onnx --sparsity 0.8 --data eval.yaml --out sparse.onnx",
            "  selvedge compress weights net.onnx --pattern 2:4 --out sparse.onnx",
            "  selvedge compress weights net.onnx --sparsity 0.5 --pattern block:4x1 --out sparse.onnx"
        })
final class CompressWeightsCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--sparsity", paramLabel = "S", description = "Share of the weights that becomes zero.")
    private double sparsity = Double.NaN;

    @Option(
            names = "--pattern",
            paramLabel = "P",
            defaultValue = "none",
            description =
                    "2:4 (2 of 4 neighbours along the input channels stay), block:4x1 (4 output by 1 input channel are"
                            + " zero together). Default: none")
    private String pattern = "none";

    @Option(
            names = "--criterion",
            paramLabel = "NAME",
            defaultValue = "magnitude",
            description = "What is missed least: magnitude or taylor. Default: magnitude")
    private String criterion = "magnitude";

    @Option(names = "--per-layer", description = "Take --sparsity from every layer alone instead of from all together.")
    private boolean perLayer;

    @Mixin
    private PruneOptions options = new PruneOptions();

    CompressWeightsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Pattern shape = Pattern.parse(pattern);
        options.out();
        if (Double.isNaN(sparsity) && !(shape instanceof Pattern.Some)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "--sparsity is needed: the share of weights that becomes zero, such as 0.8");
        }
        if (!List.of("magnitude", "taylor").contains(criterion)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION, "there is no criterion '" + criterion + "'; known are magnitude, taylor");
        }
        if (criterion.equals("taylor")) {
            throw new SelvedgeException(ErrorCode.BAD_OPTION, "criterion taylor needs gradients, and so --data");
        }
        Optional<DataSource> data = options.openData();
        try (ProgressLine progress = new ProgressLine(console)) {
            Graph graph = options.graph(data);
            WeightPruning pruning = new WeightPruning(graph, shape, Optional.empty());
            Map<String, float[]> masks = pruning.masks(sparsity, !perLayer);
            Graph sparse = Masking.apply(graph, masks);
            zeros(graph, masks);
            OnnxExporter.write(
                    sparse,
                    options.out(),
                    Map.of(
                            "selvedge.history",
                            "weights: " + share(masks) + " zeros, pattern " + pattern + ", by " + criterion));
            console.out().println("Wrote " + options.out());
            new PruneReport(console, options, progress).print(graph, sparse, data, false);
            return 0;
        } finally {
            data.ifPresent(DataSource::close);
        }
    }

    private void zeros(Graph graph, Map<String, float[]> masks) {
        TextTable table = new TextTable().left("weights").left("shape").right("zeros");
        masks.forEach((name, mask) -> table.row(name, graph.type(name).shape().toString(), share(Map.of(name, mask))));
        table.row("all", "", share(masks));
        table.lines().forEach(console.out()::println);
    }

    private static String share(Map<String, float[]> masks) {
        long zeros = 0;
        long all = 0;
        for (float[] mask : masks.values()) {
            for (float m : mask) {
                zeros += m == 0 ? 1 : 0;
            }
            all += mask.length;
        }
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * zeros / Math.max(1, all));
    }
}
