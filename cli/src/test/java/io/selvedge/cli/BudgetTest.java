package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.runtime.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Budgets of real deployments: what fits is chosen, and what does not says by how much. */
final class BudgetTest {
    @TempDir
    private static Path folder;

    private static Path model;
    private static Path data;

    @BeforeAll
    static void write_model_and_data() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        TinyData.random(120, 1).writeNpz(folder.resolve("eval.npz"));
        data = Files.writeString(
                folder.resolve("eval.yaml"), "kind: npz\npath: eval.npz\ncalibration: {split: 20, seed: 1}\n");
    }

    @Test
    void each_budget_that_nothing_keeps_is_named_with_what_to_relax_it_to() throws Exception {
        for (String[] budget : new String[][] {
            {"--max-latency-us", "0.001", "us"},
            {"--max-arena-bytes", "1", "bytes"},
            {"--max-bundle-bytes", "1K", "bytes"},
            {"--max-drop", "-30", "points"}
        }) {
            Path out = folder.resolve("none" + budget[0]);
            CommandLineRun run = deploy(out, budget[0], budget[1]);
            assertThat(run.status()).as(run.err()).isEqualTo(4);
            assertThat(run.err()).contains("NO_CANDIDATE_FITS: ").doesNotContain("\tat ");
            assertThat(names(out)).containsExactly("report.html", "report.json");
            Matcher relax = Pattern.compile("(?m)^  (--max-\\S+) from ([-0-9,.]+) to ([-0-9,.]+) (\\w+)")
                    .matcher(run.out());
            assertThat(relax.find()).as(run.out()).isTrue();
            assertThat(relax.group(1)).isEqualTo(budget[0]);
            assertThat(relax.group(4)).isEqualTo(budget[2]);
            double allowed = number(relax.group(2));
            assertThat(allowed).isEqualTo(budget[1].equals("1K") ? 1024 : Double.parseDouble(budget[1]));
            assertThat(number(relax.group(3))).isGreaterThan(allowed);
            assertThat(run.out()).contains("Nearest: ").contains("<- nearest").contains("is over " + budget[0]);
            JsonNode shortfall = report(out).get("outcome").get("shortfalls").get(0);
            assertThat(shortfall.get("option").asText()).isEqualTo(budget[0]);
            assertThat(shortfall.get("needed").asDouble()).isLessThanOrEqualTo(number(relax.group(3)));
        }
    }

    /** A convolution of stride 2, depthwise and 1x1, whose images are 30 times as large as what comes out. */
    private static Path largeImages() {
        String text = """
                graph images
                input x: float32[1,3,32,32]
                const w1: float32[16,3,3,3] = splat 0.03
                const w2: float32[16,1,3,3] = splat 0.1
                const w3: float32[8,16,1,1] = splat 0.05
                node a: Conv{dilations=[1,1], group=1, pads=[1,1,1,1], strides=[2,2]}(x, w1) -> a
                node b: Relu(a) -> b
                node c: Conv{dilations=[1,1], group=16, pads=[1,1,1,1], strides=[1,1]}(b, w2) -> c
                node d: Conv{dilations=[1,1], group=1, pads=[0,0,0,0], strides=[1,1]}(c, w3) -> d
                node e: GlobalAveragePool(d) -> y
                output y
                """;
        Path file = folder.resolve("images.onnx");
        OnnxExporter.write(GraphText.parse(text, OpCatalog.ALL), file);
        return file;
    }

    @Test
    void arena_that_is_too_large_is_met_by_a_form_whose_price_is_reported() throws Exception {
        Path images = largeImages();
        Path free = folder.resolve("free");
        assertThat(CommandLineRun.of("deploy", images, "--out", free).status()).isZero();
        long plain = report(free).get("candidates").get(0).get("arenaBytes").asLong();
        Path out = folder.resolve("banded");
        CommandLineRun run = CommandLineRun.of("deploy", images, "--out", out, "--max-arena-bytes", plain * 2 / 3);
        assertThat(run.status()).as(run.err()).isZero();
        List<JsonNode> candidates = report(out).get("candidates").valueStream().toList();
        assertThat(candidates).extracting(c -> c.get("name").asText()).containsExactly("fp32", "fp32-banded");
        assertThat(candidates.get(0).get("arenaBytes").asLong()).isEqualTo(plain);
        assertThat(candidates.get(0).get("reason").asText()).contains("is over --max-arena-bytes");
        assertThat(candidates.get(1).get("arenaBytes").asLong()).isLessThanOrEqualTo(plain * 2 / 3);
        assertThat(candidates.get(1).get("reason").asText()).contains("bands of rows");
        assertThat(candidates).allMatch(c -> c.get("latencyMicrosP50").asDouble() > 0);
        try (Bundle bundle = Bundle.open(out.resolve("model.selv"));
                Bundle whole = Bundle.open(free.resolve("model.selv"))) {
            assertThat(bundle.manifest().arenaBytes())
                    .isEqualTo(candidates.get(1).get("arenaBytes").asLong());
            assertThat(bundle.read("golden/output-0.bin")).isEqualTo(whole.read("golden/output-0.bin"));
        }
    }

    @Test
    void the_budget_that_was_asked_for_is_then_kept() throws Exception {
        CommandLineRun none = deploy(folder.resolve("tight"), "--max-bundle-bytes", "1", "--max-arena-bytes", "1");
        Matcher relax =
                Pattern.compile("(--max-\\S+) from \\S+ to (\\S+) bytes").matcher(none.out());
        List<String> options = relax.results()
                .flatMap(found -> Stream.of(found.group(1), found.group(2).replace(",", "")))
                .toList();
        assertThat(options).hasSize(4);
        CommandLineRun run = deploy(folder.resolve("relaxed"), options.toArray());
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        String nearest = none.out().replaceAll("(?s).*Nearest: ([^;]*);.*", "$1");
        assertThat(run.out()).contains("Chosen: " + nearest);
    }

    @Test
    void a_budget_that_only_the_small_one_keeps_chooses_it_and_says_why_the_others_fell() throws Exception {
        assertThat(deploy(folder.resolve("all"), "--code-weights").status()).isZero();
        JsonNode smallest = null;
        for (JsonNode candidate : report(folder.resolve("all")).get("candidates")) {
            if (smallest == null
                    || candidate.get("bundleBytes").asLong()
                            < smallest.get("bundleBytes").asLong()) {
                smallest = candidate;
            }
        }
        Path out = folder.resolve("small");
        String bytes = smallest.get("bundleBytes").asText();
        CommandLineRun run = deploy(out, "--code-weights", "--max-bundle-bytes", bytes);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("Chosen: " + smallest.get("name").asText() + ", because it alone of ")
                .contains(" bytes is over --max-bundle-bytes");
        assertThat(Files.size(out.resolve("model.selv"))).hasToString(bytes);
    }

    @Test
    void what_is_over_the_budget_is_stored_coded() throws Exception {
        assertThat(deploy(folder.resolve("plain")).status()).isZero();
        long plain = Files.size(folder.resolve("plain/model.selv"));
        CommandLineRun run = deploy(folder.resolve("coded"), "--max-bundle-bytes", String.valueOf(plain * 3 / 4));
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        assertThat(Files.size(folder.resolve("coded/model.selv"))).isLessThanOrEqualTo(plain * 3 / 4);
    }

    @Test
    void a_small_drop_that_may_not_happen_keeps_the_original() throws Exception {
        // Nothing gains, and the original loses nothing.
        CommandLineRun run = deploy(folder.resolve("zero"), "--max-drop", "0");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("original");
        JsonNode original = report(folder.resolve("zero")).get("candidates").get(0);
        assertThat(original.get("dropLow").asDouble()).isZero();
        assertThat(original.get("dropHigh").asDouble()).isZero();
        assertThat(original.get("proven").asBoolean()).isTrue();
    }

    @Test
    void earlier_models_stay_when_nothing_fits_and_are_called_earlier() throws Exception {
        Path out = folder.resolve("again");
        assertThat(deploy(out).status()).isZero();
        byte[] bundle = Files.readAllBytes(out.resolve("model.selv"));
        CommandLineRun run = deploy(out, "--max-bundle-bytes", "1");
        assertThat(run.status()).isEqualTo(4);
        assertThat(run.err()).contains("model.selv and model.onnx in " + out + " are of an earlier run");
        assertThat(Files.readAllBytes(out.resolve("model.selv"))).isEqualTo(bundle);
    }

    private static CommandLineRun deploy(Path out, Object... budgets) {
        Object[] command = {"deploy", model, "--data", data, "--out", out};
        return CommandLineRun.of(
                Stream.concat(Stream.of(command), Stream.of(budgets)).toArray());
    }

    private static JsonNode report(Path out) throws IOException {
        return new ObjectMapper().readTree(out.resolve("report.json").toFile());
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace(",", ""));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
