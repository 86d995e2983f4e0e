package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole deployments of a small model: data in every form, without labels, for several targets. */
final class DeployEndToEndTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path out;
    private TinyData data;

    @BeforeEach
    void write_model() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        out = folder.resolve("out");
        data = TinyData.random(90, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"images", "raw", "npz"})
    void every_form_of_data_gives_the_same_accuracy(String kind) throws Exception {
        String yaml = switch (kind) {
            case "images" -> {
                data.writeImages(folder.resolve("pictures"));
                yield "kind: images\npath: pictures\nclasses: [red, green, blue]\ninput: {name: x, resize: [4, 4]}\n";
            }
            case "raw" -> {
                data.writeRecords(folder.resolve("records"));
                yield """
                        kind: raw
                        path: records
                        record: {dtype: float32, shape: [1, 3, 4, 4]}
                        labels: {file: records/label.csv, key: 0, value: 1}
                        input: {name: x}
                        """;
            }
            default -> {
                data.writeNpz(folder.resolve("eval.npz"));
                yield "kind: npz\npath: eval.npz\n";
            }
        };
        CommandLineRun run = deploy(yaml);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("top1 on 45 samples; chosen by 45 others");
        double whole = score(Files.writeString(folder.resolve("eval.yaml"), yaml));
        double expected = score(npz("kind: npz\npath: all.npz\n"));
        assertThat(whole).isEqualTo(expected).isGreaterThan(0.5);
    }

    private Path npz(String yaml) throws IOException {
        data.writeNpz(folder.resolve("all.npz"));
        return Files.writeString(folder.resolve("all.yaml"), yaml);
    }

    private double score(Path yaml) throws IOException {
        CommandLineRun run = CommandLineRun.of("run", out.resolve("model.selv"), "--data", yaml, "--json");
        assertThat(run.status()).as(run.err()).isZero();
        return new ObjectMapper().readTree(run.out()).get("value").asDouble();
    }

    @Test
    void without_labels_agreement_and_signal_to_noise_judge() throws Exception {
        TinyData.writeNpz(folder.resolve("bare.npz"), Map.of("x", data.floats()));
        CommandLineRun run =
                deploy("kind: npz\npath: bare.npz\ncalibration: {split: 30, seed: 1}\n", "--max-drop", "20");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("agreement on 30 samples")
                .contains("signal-to-noise")
                .contains("SNR dB");
        JsonNode report = report();
        assertThat(report.get("metric").asText()).isEqualTo("agreement");
        JsonNode original = report.get("candidates").get(0);
        assertThat(original.get("accuracy").asDouble()).isEqualTo(1);
        assertThat(original.get("snrDb").isNull()).isTrue();
        JsonNode int8 = report.get("candidates").get(1);
        assertThat(int8.get("name").asText()).isEqualTo("int8");
        assertThat(int8.get("accuracy").asDouble()).isBetween(0.8, 1.0);
        assertThat(int8.get("snrDb").asDouble()).isBetween(15.0, 80.0);
        // The same numbers stand in the table.
        assertThat(run.out()).contains(String.format("%.2f", int8.get("snrDb").asDouble()));
    }

    @Test
    void loss_that_nobody_limited_is_said() throws Exception {
        // One picture without contrast tells the ranges of nothing.
        float[] grey = new float[TinyModel.VALUES];
        TinyData.writeNpz(folder.resolve("grey.npz"), Map.of("x", TinyData.Array.floats(List.of(1, 3, 4, 4), grey)));
        TinyData.writeNpz(folder.resolve("bare.npz"), Map.of("x", data.floats()));
        String yaml = "kind: npz\npath: bare.npz\ncalibration: {path: grey.npz}\n";
        CommandLineRun free = deploy(yaml);
        assertThat(free.status()).as(free.err()).isZero();
        JsonNode int8 = report().get("candidates").get(1);
        assertThat(int8.get("drop").asDouble()).isGreaterThan(10);
        if (!free.out().contains("Chosen: fp32")) {
            assertThat(free.out()).contains("It loses ").contains("--max-drop would limit that");
        }
        // Nothing is left to try but the original itself, which is not built a second time.
        CommandLineRun limited = deploy(yaml, "--max-drop", "1");
        assertThat(report().get("candidates")
                        .valueStream()
                        .map(candidate -> candidate.get("name").asText()))
                .containsExactly("fp32", "int8", "mixed-1");
        assertThat(limited.out()).contains("Chosen: fp32").doesNotContain("It loses");
    }

    @Test
    void bundle_for_several_targets_runs_its_best_whatever_was_named_first() throws Exception {
        List<String> here = HostCpu.detect().targets().stream()
                .map(io.selvedge.compiler.target.Target::name)
                .toList();
        List<String> worstFirst = new ArrayList<>(here);
        Collections.reverse(worstFirst);
        CommandLineRun run = CommandLineRun.of(
                "deploy", model, "--dim", "N=1", "--out", out, "--target", String.join(",", worstFirst));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).as("the first is measured").contains(" for " + worstFirst.getFirst());
        Path bundle = out.resolve("model.selv");
        try (Model best = Model.load(bundle)) {
            assertThat(best.targetName()).isEqualTo(here.getFirst());
            assertThat(best.manifest().targets().stream().map(Target::name)).containsExactlyElementsOf(here);
        }
        Path sample = Files.write(
                folder.resolve("x.npy"),
                TinyData.Array.floats(List.of(1, 3, 4, 4), data.pictures()[0]).npy());
        for (String target : here) {
            try (Model model = Model.load(bundle, LoadOptions.defaults().withTarget(target))) {
                assertThat(model.checkGolden().vectors()).as(target).isPositive();
            }
            CommandLineRun answer = CommandLineRun.of("run", bundle, "--input", sample, "--target", target);
            assertThat(answer.status()).as(answer.err()).isZero();
            assertThat(answer.out().lines().toList().get(1).strip()).startsWith(data.labels()[0] + " ");
        }
    }

    @Test
    void targets_that_do_not_exist_or_latency_that_nobody_can_measure_are_usage() {
        CommandLineRun.of("deploy", model, "--dim", "N=1", "--out", out, "--target", "pdp-11")
                .refused(2, "BAD_OPTION", "pdp-11", "generic");
        CommandLineRun.of(
                        "deploy",
                        model,
                        "--dim",
                        "N=1",
                        "--out",
                        out,
                        "--target",
                        "wasm32+simd128",
                        "--max-latency-us",
                        "100")
                .refused(2, "BAD_OPTION", "--max-latency-us", "wasm32+simd128", "generic");
        assertThat(out).doesNotExist();
    }

    @Test
    void code_for_other_cpus_is_compiled_and_what_was_not_run_is_said() throws Exception {
        Path all = npz("kind: npz\npath: all.npz\ncalibration: {split: 20, seed: 1}\n");
        CommandLineRun run = CommandLineRun.of(
                "deploy", model, "--data", all, "--out", out, "--target", "aarch64+dotprod,generic,wasm32+simd128");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("net.onnx for generic")
                .contains("aarch64+dotprod, wasm32+simd128: compiled, not run");
        Path bundle = out.resolve("model.selv");
        try (Model here = Model.load(bundle)) {
            assertThat(here.targetName()).isEqualTo("generic");
            assertThat(here.manifest().targets().stream().map(Target::path))
                    .containsExactly(
                            "lib/generic/model.so", "lib/aarch64+dotprod/model.so", "lib/wasm32+simd128/model.wasm");
        }
        assertThat(CommandLineRun.of("doctor", bundle).out()).contains("golden vectors agree");
    }

    @Test
    void bundle_for_another_cpu_alone_is_judged_by_the_same_program_here_and_not_by_time() throws Exception {
        Path all = npz("kind: npz\npath: all.npz\ncalibration: {split: 20, seed: 1}\n");
        CommandLineRun run = CommandLineRun.of(
                "deploy", model, "--data", all, "--out", out, "--max-drop", "5", "--target", "aarch64");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("net.onnx for aarch64")
                .contains("speed was not measured")
                .contains("smallest bundle");
        JsonNode candidates = report().get("candidates");
        assertThat(candidates.valueStream()).allSatisfy(candidate -> {
            assertThat(candidate.get("latencyOn").asText()).isEqualTo("none");
            assertThat(candidate.get("latencyMicrosP50").isNull()).isTrue();
            assertThat(candidate.get("accuracy").asDouble()).isGreaterThan(0.5);
            assertThat(candidate.get("codeBytes").asLong()).isPositive();
        });
        Path bundle = out.resolve("model.selv");
        try (Bundle opened = Bundle.open(bundle)) {
            assertThat(opened.manifest().targets().stream().map(Target::name)).containsExactly("aarch64");
            assertThat(opened.has("golden/input-0.bin")).isTrue();
        }
        // Without a library for this CPU the bundle's program runs in Java.
        CommandLineRun inJava = CommandLineRun.of("run", bundle, "--data", all);
        assertThat(inJava.status()).as(inJava.err()).isZero();
    }

    @Test
    void every_command_prints_json_that_parses() throws Exception {
        Path all = npz("kind: npz\npath: all.npz\ncalibration: {split: 20, seed: 1}\n");
        Path bundle = out.resolve("model.selv");
        Path sample = Files.write(
                folder.resolve("x.npy"),
                TinyData.Array.floats(List.of(1, 3, 4, 4), data.pictures()[0]).npy());
        JsonNode deployed = json("deploy", model, "--data", all, "--out", out, "--json");
        assertThat(json("report", out, "--json")).isEqualTo(deployed);
        assertThat(json("run", bundle, "--input", sample, "--json")
                        .get("scores")
                        .get("values"))
                .hasSize(3);
        assertThat(json("run", bundle, "--data", all, "--json").get("samples").asInt())
                .isEqualTo(70);
        assertThat(json("inspect", model, "--dim", "N=1", "--json").get("macs").asLong())
                .isEqualTo(8 * 3 * 9 * 16 + 24);
        assertThat(json("inspect", bundle, "--json").get("targets")).hasSize(1);
        for (String stage : List.of("import", "simplify", "quantize", "lower", "plan")) {
            JsonNode dump = json("dump", model, "--dim", "N=1", "--after", stage, "--json");
            assertThat(dump.get("stage").asText()).isEqualTo(stage);
            String text = CommandLineRun.of("dump", model, "--dim", "N=1", "--after", stage)
                    .out();
            assertThat(Stream.of(text.split("\n")))
                    .containsExactlyElementsOf(dump.get("lines")
                            .valueStream()
                            .map(JsonNode::asText)
                            .toList());
        }
        JsonNode findings = json("doctor", bundle, "--json").get("findings");
        assertThat(findings.valueStream().map(finding -> finding.get("what").asText()))
                .contains("Java", "CPU", "cache", "tool chain", "bundle");
    }

    @Test
    void full_dump_gives_the_graph_back() {
        CommandLineRun run = CommandLineRun.of("dump", model, "--dim", "N=1", "--after", "import", "--full");
        Graph graph = GraphText.parse(run.out(), OpCatalog.ALL);
        assertThat(graph).isEqualTo(OnnxImporter.read(model, new ImportOptions(Map.of("N", 1), Map.of())));
        assertThat(CommandLineRun.of("dump", model, "--dim", "N=1", "--after", "import")
                        .out())
                .contains("sha256")
                .hasSizeLessThan(run.out().length());
    }

    private static JsonNode json(Object... args) throws IOException {
        CommandLineRun run = CommandLineRun.of(args);
        assertThat(run.status()).as(run.err()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    private JsonNode report() throws IOException {
        return new ObjectMapper().readTree(out.resolve("report.json").toFile());
    }

    private CommandLineRun deploy(String yaml, Object... more) throws IOException {
        Path file = Files.writeString(folder.resolve("eval.yaml"), yaml);
        return CommandLineRun.of(
                Stream.concat(Stream.of("deploy", model, "--data", file, "--out", out), Stream.of(more))
                        .toArray());
    }
}
