package io.selvedge.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.prune.CriterionCatalog;
import io.selvedge.compress.prune.Masking;
import io.selvedge.compress.prune.Pattern;
import io.selvedge.compress.prune.SparsitySchedule;
import io.selvedge.compress.prune.WeightPruning;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainResult;
import io.selvedge.train.Treatment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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

    @Mixin
    private FineTuning tuning = new FineTuning();

    /** Each is a training of its own; what brings accuracy back is the long one behind them. */
    private static final int MOST_STAGES = 6;

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
        tuning.check(options.dataFile());
        Optional<DataSource> data = options.openData();
        try {
            Graph graph = options.graph(data);
            Masked masked =
                    tuning.isWanted() ? gradually(graph, shape) : Masked.of(graph, masks(graph, shape, sparsity));
            Graph sparse = masked.graph();
            Map<String, float[]> found = masked.masks();
            table(graph, found).forEach(console.out()::println);
            ObjectNode done = PrunedFile.step("weights")
                    .put("zeros", share(found))
                    .put("pattern", pattern)
                    .put("criterion", criterion);
            new PrunedFile(console, options).write(sparse, done, tuning.reports());
            new PruneReport(console, options).print(graph, sparse, data, false);
            return 0;
        } finally {
            data.ifPresent(DataSource::close);
        }
    }

    /** A graph whose weights are zero where a mask is. */
    private record Masked(Graph graph, Map<String, float[]> masks) {
        static Masked of(Graph graph, Map<String, float[]> masks) {
            return new Masked(Masking.apply(graph, masks), masks);
        }
    }

    private Map<String, float[]> masks(Graph graph, Pattern shape, double zeros) {
        Optional<Map<String, float[]>> importance = criterion.equals(CriterionCatalog.TAYLOR)
                ? Optional.of(TaylorImportance.of(graph, options, console))
                : Optional.empty();
        return new WeightPruning(graph, shape, importance).masks(zeros, !perLayer);
    }

    /** More zeros after each of a few epochs, all of them for the rest, at least a third; a pattern at once. */
    private Masked gradually(Graph graph, Pattern shape) {
        int epochs = tuning.epochs();
        boolean atOnce = shape instanceof Pattern.Some;
        int stages = atOnce ? 1 : Math.clamp(epochs - epochs / 3, 1, MOST_STAGES);
        SparsitySchedule schedule = new SparsitySchedule(0, sparsity, stages);
        Masked current = new Masked(graph, Map.of());
        OptionalDouble rate = OptionalDouble.empty();
        for (int stage = 1; stage <= stages; stage++) {
            current = Masked.of(current.graph(), masks(current.graph(), shape, schedule.at(stage)));
            List<Treatment> held = new ArrayList<>();
            for (Map.Entry<String, float[]> mask : current.masks().entrySet()) {
                TensorType type = graph.type(mask.getKey());
                held.add(new Treatment.Mask(mask.getKey(), Tensor.filled(type, i -> mask.getValue()[i])));
            }
            int passes = stage < stages ? 1 : epochs - stages + 1;
            TrainOptions asked = tuning.options(passes, options.seed);
            TrainOptions how =
                    rate.isEmpty() ? asked : asked.with(asked.schedule().at(rate.getAsDouble()));
            TrainResult result = tuning.tuned(console, options, current.graph(), graph, held, how, stage == stages);
            rate = OptionalDouble.of(result.learningRate());
            current = Masked.of(result.graph(), current.masks());
        }
        return current;
    }

    private static List<String> table(Graph graph, Map<String, float[]> masks) {
        TextTable table = new TextTable().left("weights").left("shape").right("zeros");
        masks.forEach((name, mask) -> table.row(name, graph.type(name).shape().toString(), share(Map.of(name, mask))));
        table.row("all", "", share(masks));
        return table.lines();
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
