package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.prune.Criterion;
import io.selvedge.compress.prune.CriterionCatalog;
import io.selvedge.compress.prune.Cut;
import io.selvedge.compress.prune.FilterPruning;
import io.selvedge.compress.prune.Group;
import io.selvedge.compress.prune.Groups;
import io.selvedge.compress.prune.Widths;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code selvedge compress filters}: fewer channels. */
@Command(
        name = "filters",
        description = {
            "Removes channels of layers, so that the model has smaller shapes and any runtime is faster.",
            "",
            "Layers whose channels hang on each other are cut together (--show-groups draws them); what is kept is a whole "
                    + "number of the target's vectors. With --data a budget is met where it damages least."
        },
        footer = {
            "  selvedge compress filters net.onnx --show-groups",
            "  selvedge compress filters net.onnx --ratio 0.3 --out thin.onnx",
            "  selvedge compress filters net.onnx --max-macs 6M --data eval.yaml --out thin.onnx",
            "  selvedge compress filters net.onnx --max-latency-us 50 --data eval.yaml --fine-tune 3 --out thin.onnx"
        })
final class CompressFiltersCommand implements Callable<Integer> {
    private final Console console;

    /** One of these. */
    static final class Amount {
        @Option(
                names = "--ratio",
                paramLabel = "R",
                description = "Share of the channels that goes, above 0 and below 1.")
        @Nullable
        Double ratio;

        @Option(
                names = "--keep",
                paramLabel = "LAYER=N",
                split = ",",
                description = "Keep so many channels of these layers and all of the others.")
        Map<String, Integer> keep = new LinkedHashMap<>();

        @Option(
                names = "--max-macs",
                paramLabel = "N",
                converter = Count.Converter.class,
                description = "Most multiply-accumulates of one inference; 12.5M is understood.")
        @Nullable
        Count maxMacs;

        @Option(
                names = "--max-weight-bytes",
                paramLabel = "BYTES",
                converter = ByteCount.Converter.class,
                description = "Most bytes of the float model's parameters; int8 needs about a quarter.")
        @Nullable
        ByteCount maxWeightBytes;

        @Option(
                names = "--max-latency-us",
                paramLabel = "US",
                description =
                        "Most microseconds of the compiled model: int8 where --data has calibration samples, else float.")
        @Nullable
        Double maxLatencyMicros;
    }

    @ArgGroup
    private @Nullable Amount amount;

    @Option(
            names = "--criterion",
            paramLabel = "NAME",
            defaultValue = "l1",
            description = "What says which channels are missed least: l1, l2, median, gamma or taylor. Default: l1")
    private String criterion = "l1";

    @Option(names = "--per-layer", description = "Take --ratio from every layer alone instead of from all together.")
    private boolean perLayer;

    @Option(
            names = "--round-to",
            paramLabel = "N",
            description = "Keep multiples of so many channels. Default: the target's vector")
    private @Nullable Integer roundTo;

    @Option(
            names = "--show-groups",
            description = "Draw which layers must be cut together, and what each channel costs.")
    private boolean showGroups;

    @Mixin
    private PruneOptions options = new PruneOptions();

    @Mixin
    private FineTuning tuning = new FineTuning();

    CompressFiltersCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        requireSomethingToDo();
        tuning.check(options.dataFile());
        Optional<DataSource> data = options.openData();
        try {
            Graph graph = options.graph(data);
            Groups groups = Groups.of(graph);
            if (showGroups) {
                new GroupDrawing(graph, groups, widths()).lines().forEach(console.out()::println);
            }
            if (amount != null) {
                prune(graph, groups, amount, data);
            }
            return 0;
        } finally {
            data.ifPresent(DataSource::close);
        }
    }

    private void requireSomethingToDo() {
        if (amount == null && !showGroups) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "say how much shall go: --ratio, --keep, --max-macs, --max-weight-bytes or --max-latency-us; or look first with"
                            + " --show-groups");
        }
        if (amount != null) {
            options.out();
        }
    }

    private Widths widths() {
        if (roundTo != null) {
            return new Widths(Limits.atLeastOne("--round-to", roundTo));
        }
        if (amount != null && !amount.keep.isEmpty()) {
            return new Widths(1);
        }
        return new Widths(options.targets().stream()
                .findFirst()
                .map(TargetCatalog::byName)
                .map(Target::lanes)
                .orElseGet(() -> HostCpu.detect().best().lanes()));
    }

    private void prune(Graph graph, Groups groups, Amount wanted, Optional<DataSource> data) {
        Criterion by = CriterionCatalog.named(
                criterion,
                criterion.equals(CriterionCatalog.TAYLOR)
                        ? Optional.of(TaylorImportance.of(graph, options, console))
                        : Optional.empty());
        FilterPruning pruning = new FilterPruning(graph, groups, by, widths());
        Cut cut;
        try (ProgressLine progress = new ProgressLine(console)) {
            cut = cut(pruning, graph, wanted, data, progress);
        }
        cut.kept().forEach((group, kept) -> console.out().println(line(group, kept)));
        Graph pruned = tuning.tune(console, options, pruning.apply(cut), graph);
        ObjectNode done = PrunedFile.step("filters").put("criterion", criterion);
        ObjectNode widths = done.putObject("channels");
        cut.kept().forEach((group, kept) -> widths.put(group.name(), kept * group.width()));
        new PrunedFile(console, options).write(pruned, done, tuning.reports());
        new PruneReport(console, options).print(graph, pruned, data, true);
    }

    private Cut cut(
            FilterPruning pruning, Graph graph, Amount wanted, Optional<DataSource> data, ProgressLine progress) {
        if (wanted.ratio != null) {
            return pruning.ratio(wanted.ratio, !perLayer);
        }
        if (!wanted.keep.isEmpty()) {
            return pruning.keeping(wanted.keep);
        }
        io.selvedge.compress.prune.PruneProgress measuring =
                (done, total) -> progress.progress("measure what each width damages", done, total);
        if (wanted.maxLatencyMicros != null) {
            double most = Limits.positive("--max-latency-us", wanted.maxLatencyMicros);
            try (PrunedLatency latency = new PrunedLatency(graph, options, data, progress)) {
                return pruning.within(
                        new FilterPruning.Limit("microseconds", latency::micros, most),
                        GraphCost::macs,
                        options.damage(graph, data),
                        measuring);
            }
        }
        boolean bytes = wanted.maxWeightBytes != null;
        double most = bytes
                ? java.util.Objects.requireNonNull(wanted.maxWeightBytes).bytes()
                : java.util.Objects.requireNonNull(wanted.maxMacs).value();
        return pruning.within(
                new FilterPruning.Limit(
                        bytes ? "bytes of weights" : "multiply-accumulates",
                        g -> bytes
                                ? GraphCost.of(g).parameterBytes()
                                : GraphCost.of(g).macs(),
                        most),
                bytes ? GraphCost::parameterBytes : GraphCost::macs,
                options.damage(graph, data),
                measuring);
    }

    private static String line(Group group, int kept) {
        int all = group.channels();
        return String.join(" + ", group.layers()) + ": "
                + (kept * group.width() == all ? all + " channels stay" : all + " -> " + kept * group.width());
    }
}
