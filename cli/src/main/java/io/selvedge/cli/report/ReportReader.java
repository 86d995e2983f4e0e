package io.selvedge.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
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
import io.selvedge.compress.tune.Choice;
import io.selvedge.train.explore.Explorer.TrialFinding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** Reads what {@link ReportWriter} wrote. Fields that it does not know are skipped; fields that it needs must be there. */
public final class ReportReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ReportReader() {}

    /**
     * Reads a {@code report.json}.
     *
     * @param where how errors call the text: its file
     * @throws SelvedgeException BAD_DATA when it is no report of this version
     */
    public static Report read(String text, String where) {
        try {
            JsonNode root = JSON.readTree(text);
            String schema = root.path("schema").asText("none");
            if (!schema.equals(ReportWriter.SCHEMA)) {
                throw bad(where, "needs schema '" + ReportWriter.SCHEMA + "', found '" + schema + "'");
            }
            return report(root);
        } catch (JsonProcessingException e) {
            throw bad(where, "is not JSON: " + e.getOriginalMessage());
        } catch (IllegalArgumentException e) {
            // Jackson's required() and the records' own checks.
            throw bad(where, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw bad(where, "holds a picture that is not base64: " + e.getMessage());
        }
    }

    private static SelvedgeException bad(String where, String what) {
        return new SelvedgeException(
                ErrorCode.BAD_DATA, where + " is no report: it " + what + "; give the report.json of a deployment");
    }

    private static Report report(JsonNode root) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        root.required("options")
                .properties()
                .forEach(e -> options.put(e.getKey(), e.getValue().asText()));
        DeployResult result = new DeployResult(
                new DeployResult.Model(text(root.required("model"), "name"), text(root.required("model"), "sha256")),
                text(root, "target"),
                list(root.path("compiledOnly"), JsonNode::asText),
                options,
                text(root, "toolVersion"),
                root.required("seed").asLong(),
                machine(root.required("machine")),
                text(root, "metric"),
                root.required("samples").asInt(),
                root.required("choiceSamples").asInt(),
                root.required("calibrationSamples").asInt(),
                budgets(root.required("budgets")),
                list(root.required("candidates"), ReportReader::candidate),
                list(root.path("bindings"), ReportReader::binding),
                list(root.path("threads"), ReportReader::threads),
                outcome(root.required("outcome")),
                arena(root.required("arena")),
                graph(root.required("graphs").required("before")),
                graph(root.required("graphs").required("after")),
                list(root.required("files"), file -> Path.of(file.asText())));
        return new Report(result, pictures(root.required("pictures")), list(root.path("trials"), ReportReader::trial));
    }

    private static TrialFinding trial(JsonNode node) {
        return new TrialFinding(
                text(node, "name"),
                text(node, "how"),
                node.required("epochs").asDouble(),
                number(node, "choiceDrop"),
                number(node, "latencyMicrosP50"),
                node.required("bundleBytes").asLong(),
                Optional.ofNullable(node.path("left").textValue()));
    }

    private static Machine machine(JsonNode node) {
        return new Machine(
                text(node, "cpu"),
                text(node, "isa"),
                node.required("cores").asInt(),
                text(node, "os"),
                text(node, "jdk"));
    }

    private static Budgets budgets(JsonNode node) {
        return new Budgets(
                number(node, "maxDrop"),
                number(node, "maxLatencyMicros"),
                whole(node, "maxArenaBytes"),
                whole(node, "maxBundleBytes"));
    }

    private static BindingFinding binding(JsonNode node) {
        return new BindingFinding(
                text(node, "dims"),
                number(node, "latencyMicrosP50"),
                number(node, "latencyMicrosP95"),
                node.required("arenaBytes").asLong(),
                node.required("preparedBytes").asLong(),
                node.required("codeBytes").asLong());
    }

    private static ThreadFinding threads(JsonNode node) {
        return new ThreadFinding(
                node.required("threads").asInt(),
                node.required("latencyMicrosP50").asDouble(),
                node.required("latencyMicrosP95").asDouble(),
                node.required("chosen").asBoolean());
    }

    /** Reports of before there was tuning have none. */
    private static Optional<Choice> tuned(JsonNode node) {
        return node.isObject()
                ? Optional.of(new Choice(
                        text(node, "form"),
                        text(node, "was"),
                        node.required("micros").asDouble(),
                        node.required("wasMicros").asDouble()))
                : Optional.empty();
    }

    private static Candidate candidate(JsonNode node) {
        return new Candidate(
                text(node, "name"),
                Candidate.Dtype.valueOf(text(node, "dtype").toUpperCase(Locale.ROOT)),
                list(
                        node.required("layers"),
                        layer -> new LayerFinding(
                                text(layer, "name"),
                                text(layer, "dtype"),
                                number(layer, "micros"),
                                number(layer, "snrDb"),
                                tuned(layer.path("tuned")))),
                number(node, "accuracy"),
                number(node, "drop"),
                number(node, "dropLow"),
                number(node, "dropHigh"),
                number(node, "snrDb"),
                node.required("proven").asBoolean(),
                number(node, "latencyMicrosP50"),
                number(node, "latencyMicrosP95"),
                Candidate.LatencyOn.valueOf(text(node, "latencyOn").toUpperCase(Locale.ROOT)),
                node.required("threads").asInt(),
                node.required("arenaBytes").asLong(),
                node.required("preparedBytes").asLong(),
                node.required("weightBytes").asLong(),
                node.required("storedWeightBytes").asLong(),
                node.required("codeBytes").asLong(),
                node.required("bundleBytes").asLong(),
                number(node, "loadMicros"),
                node.required("chosen").asBoolean(),
                text(node, "reason"));
    }

    private static Outcome outcome(JsonNode node) {
        String candidate = text(node, "candidate");
        if (text(node, "kind").equals("chosen")) {
            return new Outcome.Chosen(candidate, text(node, "why"));
        }
        return new Outcome.NothingFits(
                candidate,
                list(
                        node.required("shortfalls"),
                        shortfall -> new Outcome.Shortfall(
                                budget(text(shortfall, "option")),
                                shortfall.required("allowed").asDouble(),
                                shortfall.required("needed").asDouble())));
    }

    private static Outcome.Budget budget(String option) {
        return Arrays.stream(Outcome.Budget.values())
                .filter(budget -> budget.option().equals(option))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("names an unknown budget '" + option + "'"));
    }

    private static ArenaMap arena(JsonNode node) {
        return new ArenaMap(
                node.required("arenaBytes").asLong(),
                list(node.required("steps"), JsonNode::asText),
                list(
                        node.required("buffers"),
                        span -> new ArenaMap.Span(
                                text(span, "name"),
                                span.required("offset").asLong(),
                                span.required("bytes").asLong(),
                                span.required("firstStep").asInt(),
                                span.required("lastStep").asInt())));
    }

    private static GraphOutline graph(JsonNode node) {
        return new GraphOutline(
                list(
                        node.required("nodes"),
                        vertex -> new GraphOutline.Vertex(
                                text(vertex, "name"),
                                text(vertex, "op"),
                                text(vertex, "dtype"),
                                text(vertex, "shape"))),
                list(
                        node.required("edges"),
                        edge -> new GraphOutline.Edge(
                                edge.required(0).asInt(), edge.required(1).asInt())));
    }

    private static List<SamplePicture> pictures(JsonNode nodes) throws IOException {
        List<SamplePicture> pictures = new java.util.ArrayList<>();
        for (JsonNode node : nodes) {
            pictures.add(new SamplePicture(
                    text(node, "name"),
                    node.required("png").binaryValue(),
                    text(node, "truth"),
                    text(node, "answer"),
                    node.required("correct").asBoolean()));
        }
        return pictures;
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, T> element) {
        return StreamSupport.stream(array.spliterator(), false).map(element).toList();
    }

    private static String text(JsonNode node, String name) {
        return node.required(name).asText();
    }

    private static OptionalDouble number(JsonNode node, String name) {
        JsonNode value = node.required(name);
        return value.isNull() ? OptionalDouble.empty() : OptionalDouble.of(value.asDouble());
    }

    private static OptionalLong whole(JsonNode node, String name) {
        JsonNode value = node.required(name);
        return value.isNull() ? OptionalLong.empty() : OptionalLong.of(value.asLong());
    }
}
