package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.prune.LayerCut;
import io.selvedge.compress.prune.LayerPruning;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code selvedge compress layers}: fewer layers. */
@Command(
        name = "layers",
        description = {
            "Removes residual blocks and layers whose output has the shape of their input, those first that are missed least "
                    + "for what has to be saved.",
            "",
            "What a layer is worth is measured on samples of --data; no labels are needed. Without a limit the layers are "
                    + "listed."
        },
        footer = {
            "  selvedge compress layers net.onnx --data eval.yaml                       which layers could go",
            "  selvedge compress layers net.onnx --data eval.yaml --count 1 --out short.onnx",
            "  selvedge compress layers net.onnx --data eval.yaml --max-macs 8M --out short.onnx"
        })
final class CompressLayersCommand implements Callable<Integer> {
    private final Console console;

    /** One of these, or none to look. */
    static final class Amount {
        @Option(names = "--count", paramLabel = "N", description = "So many cuts, one after the other.")
        @Nullable
        Integer count;

        @Option(
                names = "--max-macs",
                paramLabel = "N",
                converter = Count.Converter.class,
                description = "Cut until an inference needs at most so many multiply-accumulates.")
        @Nullable
        Count maxMacs;

        @Option(
                names = "--max-latency-us",
                paramLabel = "US",
                description =
                        "Cut until the compiled model takes at most so long: int8 where --data has calibration samples.")
        @Nullable
        Double maxLatencyMicros;

        @Option(names = "--remove", paramLabel = "NAME", description = "The cut at the node of this name, as listed.")
        @Nullable
        String remove;
    }

    @ArgGroup
    private @Nullable Amount amount;

    @Mixin
    private PruneOptions options = new PruneOptions();

    @Mixin
    private FineTuning tuning = new FineTuning();

    CompressLayersCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (amount != null) {
            options.out();
        }
        tuning.check(options.dataFile());
        Optional<DataSource> data = options.openData();
        if (data.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "compress layers needs --data: what a layer is worth is measured on samples, labels are not needed");
        }
        try {
            Graph graph = options.graph(data);
            Graph shorter;
            List<String> history = new ArrayList<>();
            try (ProgressLine progress = new ProgressLine(console);
                    LayerTimes times = times(graph, data, progress)) {
                LayerPruning pruning = new LayerPruning(graph, options.samples(graph, data.get()));
                if (amount == null) {
                    list(graph, findings(pruning, graph, progress), times);
                    return 0;
                }
                shorter = shorter(graph, pruning, amount, times, history, progress);
            }
            Graph tuned = tuning.tune(console, options, shorter, graph);
            ObjectNode done = PrunedFile.step("layers");
            ArrayNode without = done.putArray("without");
            history.forEach(without::add);
            new PrunedFile(console, options).write(tuned, done, tuning.reports());
            new PruneReport(console, options).print(graph, tuned, data, true);
            return 0;
        } finally {
            data.ifPresent(DataSource::close);
        }
    }

    /** @throws SelvedgeException NO_CANDIDATE_FITS when nothing can go */
    private static List<LayerPruning.Finding> findings(LayerPruning pruning, Graph graph, ProgressLine progress) {
        List<LayerPruning.Finding> findings = pruning.findings(
                graph, (done, total) -> progress.progress("measure what each layer is worth", done, total));
        if (findings.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.NO_CANDIDATE_FITS,
                    "no layer of the model can go: none has an output of its input's shape, and no sum has a branch");
        }
        return findings;
    }

    /** Times are measured where they are a limit, or where there is time to look. */
    private LayerTimes times(Graph graph, Optional<DataSource> data, ProgressLine progress) {
        boolean limit = amount != null && amount.maxLatencyMicros != null;
        boolean look = amount == null && !options.unmeasured;
        return limit || look ? LayerTimes.of(graph, options, data, progress, limit) : LayerTimes.NONE;
    }

    private void list(Graph graph, List<LayerPruning.Finding> findings, LayerTimes times) {
        table(graph, findings, times).forEach(console.out()::println);
        console.out().println();
        console.out()
                .println(
                        "damage: squared error of the outputs over their variance, with the statistics of the layers behind"
                                + " put right; 1 is no better than a constant");
    }

    private static List<String> table(Graph graph, List<LayerPruning.Finding> findings, LayerTimes times) {
        double all = GraphCost.of(graph).macs();
        TextTable table = new TextTable()
                .left("cut at")
                .right("MACs")
                .right("share")
                .right("us")
                .right("damage")
                .left("goes");
        for (LayerPruning.Finding finding : findings) {
            LayerCut cut = finding.cut();
            OptionalDouble micros = times.saved(graph, finding);
            table.row(
                    cut.name(),
                    String.format(Locale.ROOT, "%,d", cut.macs()),
                    String.format(Locale.ROOT, "%.1f %%", 100 * cut.macs() / all),
                    micros.isPresent() ? String.format(Locale.ROOT, "%.1f", micros.getAsDouble()) : "-",
                    String.format(Locale.ROOT, "%.4f", finding.damage()),
                    String.join(" ", cut.nodes()));
        }
        return table.lines();
    }

    private Graph shorter(
            Graph graph,
            LayerPruning pruning,
            Amount wanted,
            LayerTimes times,
            List<String> history,
            ProgressLine progress) {
        Graph current = graph;
        while (needed(wanted, current, times, history) > 0) {
            List<LayerPruning.Finding> findings;
            try {
                findings = findings(pruning, current, progress);
            } catch (SelvedgeException e) {
                throw history.isEmpty() ? e : exhausted(current, history);
            }
            LayerPruning.Finding next = chosen(findings, wanted, current, times, history);
            table(current, findings, times).forEach(console.out()::println);
            current = next.shorter();
            history.add(next.cut().name());
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "Without %s: %,d MACs less, damage %.4f",
                            String.join(" ", next.cut().nodes()),
                            next.cut().macs(),
                            next.damage()));
        }
        return current;
    }

    /** What is left to save, in the unit of the limit: cuts, multiply-accumulates or microseconds. */
    private static double needed(Amount wanted, Graph current, LayerTimes times, List<String> history) {
        if (wanted.maxMacs != null) {
            return (double) GraphCost.of(current).macs() - wanted.maxMacs.value();
        }
        if (wanted.maxLatencyMicros != null) {
            return times.micros(current) - Limits.positive("--max-latency-us", wanted.maxLatencyMicros);
        }
        int count = wanted.count == null ? 1 : Limits.atLeastOne("--count", wanted.count);
        return count - history.size();
    }

    /** The cut that was asked for by name, or the one that costs least for what is left to save. */
    private static LayerPruning.Finding chosen(
            List<LayerPruning.Finding> findings, Amount wanted, Graph current, LayerTimes times, List<String> history) {
        if (wanted.remove == null) {
            boolean time = wanted.maxLatencyMicros != null;
            double needed =
                    time || wanted.maxMacs != null ? needed(wanted, current, times, history) : Double.POSITIVE_INFINITY;
            ToDoubleFunction<LayerPruning.Finding> saving = finding -> time
                    ? times.saved(current, finding).orElse(0)
                    : finding.cut().macs();
            return findings.stream().min(LayerPruning.cheapest(saving, needed)).orElseThrow();
        }
        return findings.stream()
                .filter(finding -> finding.cut().name().equals(wanted.remove))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "--remove " + wanted.remove + ": there is no cut at that node; cuts are at "
                                + findings.stream()
                                        .map(finding -> finding.cut().name())
                                        .toList()));
    }

    private static SelvedgeException exhausted(Graph left, List<String> history) {
        return new SelvedgeException(
                ErrorCode.NO_CANDIDATE_FITS,
                "without " + history + " the model still needs "
                        + GraphCost.of(left).macs()
                        + " multiply-accumulates, and no further layer can go; relax the limit, or cut filters as well");
    }
}
