package io.selvedge.cli.report;

import com.samskivert.mustache.Mustache;
import io.selvedge.compress.deploy.BindingFinding;
import io.selvedge.compress.deploy.Budgets;
import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.GraphOutline;
import io.selvedge.compress.deploy.Outcome;
import io.selvedge.train.explore.Explorer.TrialFinding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code report.html}: one page with its style, script and drawings inside; it loads nothing. */
public final class ReportPage {
    private final DeployResult result;
    private final List<SamplePicture> pictures;
    private final List<TrialFinding> trials;

    private ReportPage(Report report) {
        this.result = report.result();
        this.pictures = report.pictures();
        this.trials = report.trials();
    }

    /** The page's text; the same report gives the same text. */
    public static String text(Report report) {
        return Mustache.compiler()
                .escapeHTML(true)
                .defaultValue("")
                .compile(resource("report.mustache"))
                .execute(new ReportPage(report).context());
    }

    private Map<String, Object> context() {
        Map<String, Object> context = new HashMap<>();
        Headline headline = new Headline(result);
        context.put("style", resource("report.css"));
        context.put("script", resource("report.js"));
        context.put("model", result.model().name());
        context.put("target", result.target());
        context.put("metric", MetricTitle.of(result.metric()));
        context.put("metricTitle", MetricTitle.heading(result.metric()));
        context.put("dropUnit", Quantity.dropUnit(result));
        context.put("headline", headline.title());
        context.put("explanation", headline.explanation());
        context.put("cards", headline.cards());
        context.put("featured", result.featured().name());
        context.put("ringMeans", result.chosen().isPresent() ? "chosen" : "nearest");
        shortfalls(context);
        context.put("candidates", result.candidates().stream().map(this::row).toList());
        context.put("method", method());
        context.put("hasTrials", !trials.isEmpty());
        context.put("trials", trials.stream().map(ReportPage::trial).toList());
        context.put("hasBindings", !result.bindings().isEmpty());
        context.put(
                "bindings", result.bindings().stream().map(ReportPage::binding).toList());
        charts(context);
        context.put("pictures", pictures.stream().map(ReportPage::picture).toList());
        context.put("hasPictures", !pictures.isEmpty());
        context.put("facts", facts());
        context.put("sections", sections(context));
        return context;
    }

    private static Map<String, Object> trial(TrialFinding trial) {
        return Map.of(
                "name", trial.name(),
                "how", trial.how(),
                "epochs", String.format(Locale.ROOT, "%.1f", trial.epochs()),
                "drop", trial.drop().isPresent() ? Quantity.points(trial.drop()) : "",
                "p50", Quantity.latency(trial.micros()),
                "bundle", Quantity.exact(trial.bundleBytes()),
                "verdict", trial.left().orElse("became a candidate"));
    }

    private static List<Map<String, String>> sections(Map<String, Object> context) {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("candidates", "");
        conditions.put("trials", "hasTrials");
        conditions.put("bindings", "hasBindings");
        conditions.put("trade-offs", "hasScatter");
        conditions.put("layers", "hasLayers");
        conditions.put("arena", "hasArena");
        conditions.put("graph", "hasGraphs");
        conditions.put("samples", "hasPictures");
        conditions.put("origin", "");
        return conditions.entrySet().stream()
                .filter(e -> e.getValue().isEmpty() || Boolean.TRUE.equals(context.get(e.getValue())))
                .map(e -> Map.of("id", e.getKey(), "title", e.getKey().replace('-', ' ')))
                .toList();
    }

    private void shortfalls(Map<String, Object> context) {
        List<Map<String, Object>> shortfalls = new ArrayList<>();
        if (result.outcome() instanceof Outcome.NothingFits none) {
            for (Outcome.Shortfall shortfall : none.shortfalls()) {
                shortfalls.add(Map.of(
                        "option", shortfall.budget().option(),
                        "allowed", Quantity.plain(shortfall.allowed()),
                        "needed",
                                Quantity.plain(shortfall.needed()) + " "
                                        + shortfall.budget().unit()));
            }
        }
        context.put("hasShortfalls", !shortfalls.isEmpty());
        context.put("shortfalls", shortfalls);
    }

    private Map<String, Object> row(Candidate c) {
        boolean featured = c.name().equals(result.outcome().candidate());
        boolean interval = c.dropLow().isPresent()
                && c.dropHigh().isPresent()
                && c.dropLow().getAsDouble() != c.dropHigh().getAsDouble();
        Map<String, Object> row = new HashMap<>();
        row.put("name", c.name());
        row.put("dtype", c.dtype().text());
        row.put("rowClass", featured ? "featured " + c.dtype().text() : "");
        if (featured) {
            row.put("badge", c.chosen() ? "chosen" : "nearest");
        }
        row.put("score", Quantity.score(result.metric(), c.accuracy()));
        c.snrDb().ifPresent(db -> row.put("snr", String.format(Locale.ROOT, "SNR %.1f dB", db)));
        row.put("drop", Quantity.points(c.drop()));
        if (interval) {
            row.put("interval", Quantity.points(c.dropLow()) + " to " + Quantity.points(c.dropHigh()));
        }
        row.put("p50", Quantity.latency(c.latencyMicrosP50()));
        row.put("p95", Quantity.latency(c.latencyMicrosP95()));
        row.put("arena", Quantity.exact(c.arenaBytes()));
        if (c.preparedBytes() > 0) {
            row.put("prepared", "+ " + Quantity.exact(c.preparedBytes()));
        }
        row.put("weights", Quantity.exact(c.weightBytes()));
        if (c.storedWeightBytes() < c.weightBytes()) {
            row.put("coded", Quantity.exact(c.storedWeightBytes()) + " coded");
        }
        c.loadMicros().ifPresent(_ -> row.put("load", "loads in " + Quantity.latency(c.loadMicros())));
        row.put("code", Quantity.exact(c.codeBytes()));
        row.put("bundle", Quantity.exact(c.bundleBytes()));
        row.put("reason", c.reason());
        return row;
    }

    private static Map<String, String> binding(BindingFinding binding) {
        return Map.of(
                "dims", binding.dims(),
                "p50", Quantity.latency(binding.latencyMicrosP50()),
                "p95", Quantity.latency(binding.latencyMicrosP95()),
                "arena", Quantity.exact(binding.arenaBytes()),
                "code", Quantity.exact(binding.codeBytes()));
    }

    private String tuning() {
        List<String> lines = TuningText.of(result);
        return lines.isEmpty() ? "" : " " + lines.getFirst() + String.join(";", lines.subList(1, lines.size()));
    }

    private String method() {
        String latency = switch (result.featured().latencyOn()) {
            case MEASURED ->
                "Latency was measured on this machine (" + result.machine().cpu() + ")."
                        + (result.threads().isEmpty() ? "" : " " + ThreadText.of(result) + ".")
                        + tuning();
            case EMULATED -> "Latency comes from an emulator: compare candidates, do not trust the absolute value.";
            case NONE -> "Latency was not measured: this machine does not run " + result.target() + ".";
        };
        if (result.samples() == 0) {
            return "Sizes are bytes. No data was given, so nothing is known about accuracy. " + prepared() + latency;
        }
        return "Sizes are bytes. Accuracy is reported on " + Quantity.exact(result.samples())
                + " samples that had no part in the choice, which was made on " + Quantity.exact(result.choiceSamples())
                + " others; ranges were calibrated on " + Quantity.exact(result.calibrationSamples())
                + ". Drops are paired, sample by sample, with their 95 % interval; SNR is that of all outputs against the original's. "
                + prepared() + latency;
    }

    private String prepared() {
        return result.candidates().stream().anyMatch(c -> c.preparedBytes() > 0)
                ? "Below the arena: memory for what is computed from the weights at load, once for all sessions. "
                : "";
    }

    private void charts(Map<String, Object> context) {
        TradeOffs tradeOffs = new TradeOffs(result);
        context.put("hasScatter", tradeOffs.againstBytes().isPresent());
        tradeOffs.againstBytes().ifPresent(svg -> context.put("bytesChart", svg));
        tradeOffs.againstLatency().ifPresent(svg -> context.put("latencyChart", svg));
        LayerTable layers = new LayerTable(result);
        context.put("hasLayers", !layers.isEmpty());
        context.put("layers", layers.context());
        ArenaChart arena = new ArenaChart(result.arena());
        context.put("hasArena", !result.arena().spans().isEmpty());
        context.put("arenaChart", arena.svg());
        context.put("arenaWidth", Svg.number(arena.naturalWidth()));
        context.put(
                "arenaNote",
                "One block of " + Quantity.exact(result.arena().arenaBytes())
                        + " bytes holds every intermediate value of "
                        + result.featured().name()
                        + "; a rectangle is a buffer, wide as long as it lives, tall as it is large. "
                        + arena.fullest());
        context.put("hasGraphs", !result.before().nodes().isEmpty());
        context.put(
                "graphs",
                List.of(
                        graph("before", result.before()),
                        graph("after: " + result.featured().name(), result.after())));
    }

    private static Map<String, Object> graph(String title, GraphOutline outline) {
        ComputeGraph graph = ComputeGraph.of(outline);
        GraphChart chart = new GraphChart(graph, title);
        return Map.of(
                "title",
                title,
                "summary",
                graph.operators() + " operators, " + graph.operators("int8") + " of them in 8 bits",
                "width",
                Svg.number(chart.naturalWidth()),
                "svg",
                chart.svg());
    }

    private static Map<String, Object> picture(SamplePicture picture) {
        return Map.of(
                "name", picture.name(),
                "png", Base64.getEncoder().encodeToString(picture.png()),
                "tone", picture.correct() ? "right" : "wrong",
                "mark", picture.correct() ? "✓" : "✗",
                "answer", picture.answer(),
                "truth", picture.truth());
    }

    private List<Map<String, String>> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", result.model().name());
        facts.put("SHA-256", result.model().sha256());
        facts.put("target", result.target());
        if (!result.compiledOnly().isEmpty()) {
            facts.put("compiled, not run", String.join(", ", result.compiledOnly()));
        }
        facts.put("budgets", budgets(result.budgets()));
        facts.put(
                "options",
                result.options().isEmpty()
                        ? "defaults"
                        : String.join(
                                " ",
                                result.options().entrySet().stream()
                                        .map(e -> e.getKey() + "=" + e.getValue())
                                        .toList()));
        facts.put("seed", Long.toString(result.seed()));
        facts.put("Selvedge", result.toolVersion());
        facts.put(
                "machine",
                result.machine().cpu() + ", " + result.machine().cores() + " cores, "
                        + result.machine().isa());
        facts.put("system", result.machine().os() + ", " + result.machine().jdk());
        return facts.entrySet().stream()
                .map(e -> Map.of("name", e.getKey(), "value", e.getValue()))
                .toList();
    }

    private static String budgets(Budgets budgets) {
        List<String> parts = new ArrayList<>();
        budgets.maxDrop().ifPresent(v -> parts.add("--max-drop " + Quantity.plain(v)));
        budgets.maxLatencyMicros().ifPresent(v -> parts.add("--max-latency-us " + Quantity.plain(v)));
        budgets.maxArenaBytes().ifPresent(v -> parts.add("--max-arena-bytes " + Quantity.plain((double) v)));
        budgets.maxBundleBytes().ifPresent(v -> parts.add("--max-bundle-bytes " + Quantity.plain((double) v)));
        return parts.isEmpty() ? "none" : String.join(" ", parts);
    }

    /** A file beside this class. */
    static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the build left out " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
