package io.selvedge.bench;

import ai.onnxruntime.OrtEnvironment;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.selvedge.bench.start.EmptyStart;
import io.selvedge.bench.start.OnnxRuntimeStart;
import io.selvedge.bench.start.SelvedgeStart;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.WorkFolder;
import io.selvedge.runtime.Model;
import io.selvedge.testkit.SharedFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * From the start of a Java process to ResNet-8's first result, and the process's resident memory then. All start with the same
 * options of the JVM; each also with an AOT cache of the JDK, made by a run of its own. Starts take turns.
 */
final class StartRace {
    private static final String MODEL = "models/mlperf-tiny/mlperftiny_ic_resnet8_fp32_nchw.onnx";
    private static final int ROUNDS = 11;

    private StartRace() {}

    /** Figures of all starts; empty without the model. */
    static Optional<JsonNode> measure(PrintStream err) {
        Optional<Path> model = SharedFolder.find(MODEL);
        if (model.isEmpty()) {
            err.println("  left out: the folder of models beside the project has no " + MODEL);
            return Optional.empty();
        }
        try (WorkFolder folder = WorkFolder.create("start")) {
            Path bundle = folder.path().resolve("resnet8.selv");
            BundleFile.write(
                    new Compiler(Toolchain.bundled()),
                    Compiler.simplify(OnnxImporter.read(model.get(), ImportOptions.none())),
                    List.of(HostCpu.detect().best()),
                    bundle);
            List<JavaStart> plain = List.of(
                    new JavaStart("java alone", EmptyStart.class, List.of(), List.of()),
                    new JavaStart(SuiteResult.OURS, SelvedgeStart.class, List.of(Model.class), List.of(bundle)),
                    new JavaStart(
                            "onnxruntime",
                            OnnxRuntimeStart.class,
                            List.of(OrtEnvironment.class),
                            List.of(model.get())));
            List<JavaStart.Prepared> starts = new ArrayList<>();
            for (JavaStart start : plain) {
                starts.add(start.prepare(folder.path(), false));
                starts.add(start.prepare(folder.path(), true));
            }
            return Optional.of(race(starts));
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "a process could not be timed: " + IoReason.of(e), e);
        }
    }

    private static JsonNode race(List<JavaStart.Prepared> starts) throws IOException {
        double[][] millis = new double[starts.size()][ROUNDS];
        double[][] mebibytes = new double[starts.size()][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < starts.size(); i++) {
                JavaStart.Figures figures = starts.get(i).run();
                millis[i][round] = figures.millis();
                mebibytes[i][round] = figures.residentMebibytes();
            }
        }
        ObjectNode root = new ObjectMapper()
                .createObjectNode()
                .put("model", "starts")
                .put("date", LocalDate.now(ZoneOffset.UTC).toString());
        ArrayNode rows = root.putArray("rows");
        for (int i = 0; i < starts.size(); i++) {
            rows.addObject()
                    .put("name", starts.get(i).name())
                    .put("cache", starts.get(i).cached())
                    .put("millis", median(millis[i]))
                    .put("residentMebibytes", median(mebibytes[i]));
        }
        return root;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Shares are of ONNX Runtime's row with the same kind of start. */
    static String table(JsonNode tree) {
        StringBuilder out =
                new StringBuilder("From the start of a Java process to ResNet-8's first result (fp32), and resident"
                        + " memory of the process then; *AOT cache* is the JDK's (`-XX:AOTCache`), and a share is of ONNX Runtime's in the"
                        + " same row's kind of start.\n\n| process | AOT cache | first result, ms | share | resident, MiB | share |\n"
                        + "|---|---|---:|---:|---:|---:|\n");
        for (JsonNode row : tree.path("rows")) {
            boolean cache = row.path("cache").asBoolean();
            JsonNode peer = peer(tree, cache);
            double millis = row.path("millis").asDouble();
            double resident = row.path("residentMebibytes").asDouble();
            out.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.0f | %.2f | %.1f | %.2f |%n",
                    row.path("name").asText(),
                    cache ? "yes" : "no",
                    millis,
                    millis / peer.path("millis").asDouble(),
                    resident,
                    resident / peer.path("residentMebibytes").asDouble()));
        }
        return out.toString();
    }

    private static JsonNode peer(JsonNode tree, boolean cache) {
        for (JsonNode row : tree.path("rows")) {
            if (row.path("name").asText().equals("onnxruntime")
                    && row.path("cache").asBoolean() == cache) {
                return row;
            }
        }
        throw new SelvedgeException(ErrorCode.BAD_DATA, "the process starts in the JSON file lack onnxruntime's");
    }
}
