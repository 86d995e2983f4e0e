package io.selvedge.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.compress.deploy.ArenaMap;
import io.selvedge.compress.deploy.BindingFinding;
import io.selvedge.compress.deploy.Budgets;
import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.GraphOutline;
import io.selvedge.compress.deploy.LayerFinding;
import io.selvedge.compress.deploy.Machine;
import io.selvedge.compress.deploy.Outcome;
import io.selvedge.compress.deploy.ThreadFinding;
import io.selvedge.train.explore.Explorer.TrialFinding;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * {@code report.json}, field by field, so that renaming a record's component cannot rename what others read. The format is
 * described in docs/report-format.md; absent numbers are {@code null}.
 */
public final class ReportWriter {
    /** Value of the field {@code schema}. */
    public static final String SCHEMA = "selvedge-report/1";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ReportWriter() {}

    /** The text of {@code report.json}; the same report gives the same text. */
    public static String text(Report report) {
        return tree(report).toPrettyString() + "\n";
    }

    static ObjectNode tree(Report report) {
        DeployResult result = report.result();
        ObjectNode root = JSON.createObjectNode();
        root.put("schema", SCHEMA);
        root.putObject("model")
                .put("name", result.model().name())
                .put("sha256", result.model().sha256());
        root.put("target", result.target());
        ArrayNode compiledOnly = root.putArray("compiledOnly");
        result.compiledOnly().forEach(compiledOnly::add);
        ObjectNode options = root.putObject("options");
        result.options().forEach(options::put);
        root.put("toolVersion", result.toolVersion());
        root.put("seed", result.seed());
        machine(root.putObject("machine"), result.machine());
        root.put("metric", result.metric());
        root.put("samples", result.samples());
        root.put("choiceSamples", result.choiceSamples());
        root.put("calibrationSamples", result.calibrationSamples());
        budgets(root.putObject("budgets"), result.budgets());
        ArrayNode candidates = root.putArray("candidates");
        result.candidates().forEach(candidate -> candidate(candidates.addObject(), candidate));
        ArrayNode trials = root.putArray("trials");
        for (TrialFinding trial : report.trials()) {
            ObjectNode finding = trials.addObject()
                    .put("name", trial.name())
                    .put("how", trial.how())
                    .put("epochs", trial.epochs());
            put(finding, "choiceDrop", trial.drop());
            put(finding, "latencyMicrosP50", trial.micros());
            finding.put("bundleBytes", trial.bundleBytes())
                    .put("left", trial.left().orElse(null));
        }
        ArrayNode bindings = root.putArray("bindings");
        for (BindingFinding binding : result.bindings()) {
            ObjectNode finding = bindings.addObject().put("dims", binding.dims());
            put(finding, "latencyMicrosP50", binding.latencyMicrosP50());
            put(finding, "latencyMicrosP95", binding.latencyMicrosP95());
            finding.put("arenaBytes", binding.arenaBytes())
                    .put("preparedBytes", binding.preparedBytes())
                    .put("codeBytes", binding.codeBytes());
        }
        ArrayNode threads = root.putArray("threads");
        for (ThreadFinding finding : result.threads()) {
            threads.addObject()
                    .put("threads", finding.threads())
                    .put("latencyMicrosP50", finding.latencyMicrosP50())
                    .put("latencyMicrosP95", finding.latencyMicrosP95())
                    .put("chosen", finding.chosen());
        }
        outcome(root.putObject("outcome"), result.outcome());
        arena(root.putObject("arena"), result.arena());
        ObjectNode graphs = root.putObject("graphs");
        graph(graphs.putObject("before"), result.before());
        graph(graphs.putObject("after"), result.after());
        ArrayNode pictures = root.putArray("pictures");
        for (SamplePicture picture : report.pictures()) {
            pictures.addObject()
                    .put("name", picture.name())
                    .put("truth", picture.truth())
                    .put("answer", picture.answer())
                    .put("correct", picture.correct())
                    .put("png", picture.png());
        }
        ArrayNode files = root.putArray("files");
        result.written().forEach(file -> files.add(String.valueOf(file.getFileName())));
        return root;
    }

    static void machine(ObjectNode node, Machine machine) {
        node.put("cpu", machine.cpu())
                .put("isa", machine.isa())
                .put("cores", machine.cores())
                .put("os", machine.os())
                .put("jdk", machine.jdk());
    }

    private static void budgets(ObjectNode node, Budgets budgets) {
        put(node, "maxDrop", budgets.maxDrop());
        put(node, "maxLatencyMicros", budgets.maxLatencyMicros());
        put(node, "maxArenaBytes", budgets.maxArenaBytes());
        put(node, "maxBundleBytes", budgets.maxBundleBytes());
    }

    private static void candidate(ObjectNode node, Candidate candidate) {
        node.put("name", candidate.name());
        node.put("dtype", candidate.dtype().text());
        ArrayNode layers = node.putArray("layers");
        for (LayerFinding layer : candidate.layers()) {
            ObjectNode finding = layers.addObject().put("name", layer.name()).put("dtype", layer.dtype());
            put(finding, "micros", layer.micros());
            put(finding, "snrDb", layer.snrDb());
            finding.putNull("tuned");
            layer.tuned()
                    .ifPresent(choice -> finding.putObject("tuned")
                            .put("form", choice.form())
                            .put("was", choice.was())
                            .put("micros", choice.micros())
                            .put("wasMicros", choice.wasMicros()));
        }
        put(node, "accuracy", candidate.accuracy());
        put(node, "drop", candidate.drop());
        put(node, "dropLow", candidate.dropLow());
        put(node, "dropHigh", candidate.dropHigh());
        put(node, "snrDb", candidate.snrDb());
        node.put("proven", candidate.proven());
        put(node, "latencyMicrosP50", candidate.latencyMicrosP50());
        put(node, "latencyMicrosP95", candidate.latencyMicrosP95());
        node.put("latencyOn", candidate.latencyOn().text());
        node.put("threads", candidate.threads());
        node.put("arenaBytes", candidate.arenaBytes());
        node.put("preparedBytes", candidate.preparedBytes());
        node.put("weightBytes", candidate.weightBytes());
        node.put("storedWeightBytes", candidate.storedWeightBytes());
        node.put("codeBytes", candidate.codeBytes());
        node.put("bundleBytes", candidate.bundleBytes());
        put(node, "loadMicros", candidate.loadMicros());
        node.put("chosen", candidate.chosen());
        node.put("reason", candidate.reason());
    }

    private static void outcome(ObjectNode node, Outcome outcome) {
        node.put("kind", outcome instanceof Outcome.Chosen ? "chosen" : "nothing-fits");
        node.put("candidate", outcome.candidate());
        switch (outcome) {
            case Outcome.Chosen chosen -> node.put("why", chosen.why());
            case Outcome.NothingFits none -> {
                ArrayNode shortfalls = node.putArray("shortfalls");
                for (Outcome.Shortfall shortfall : none.shortfalls()) {
                    shortfalls
                            .addObject()
                            .put("option", shortfall.budget().option())
                            .put("unit", shortfall.budget().unit())
                            .put("allowed", shortfall.allowed())
                            .put("needed", shortfall.needed());
                }
            }
        }
    }

    private static void arena(ObjectNode node, ArenaMap arena) {
        node.put("arenaBytes", arena.arenaBytes());
        ArrayNode steps = node.putArray("steps");
        arena.steps().forEach(steps::add);
        ArrayNode buffers = node.putArray("buffers");
        for (ArenaMap.Span span : arena.spans()) {
            buffers.addObject()
                    .put("name", span.name())
                    .put("offset", span.offset())
                    .put("bytes", span.bytes())
                    .put("firstStep", span.firstStep())
                    .put("lastStep", span.lastStep());
        }
    }

    private static void graph(ObjectNode node, GraphOutline graph) {
        ArrayNode nodes = node.putArray("nodes");
        for (GraphOutline.Vertex vertex : graph.nodes()) {
            nodes.addObject()
                    .put("name", vertex.name())
                    .put("op", vertex.op())
                    .put("dtype", vertex.dtype())
                    .put("shape", vertex.shape());
        }
        ArrayNode edges = node.putArray("edges");
        graph.edges().forEach(edge -> edges.addArray().add(edge.from()).add(edge.to()));
    }

    private static void put(ObjectNode node, String name, OptionalDouble value) {
        if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
            node.put(name, value.getAsDouble());
        } else {
            node.putNull(name);
        }
    }

    private static void put(ObjectNode node, String name, OptionalLong value) {
        if (value.isPresent()) {
            node.put(name, value.getAsLong());
        } else {
            node.putNull(name);
        }
    }
}
