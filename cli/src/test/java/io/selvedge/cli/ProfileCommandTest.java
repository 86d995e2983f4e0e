package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.BundleWriter;
import io.selvedge.runtime.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code profile} on a bundle of 8-bit layers with two bindings and two libraries. */
final class ProfileCommandTest {
    @TempDir
    private static Path folder;

    private static Path bundle;
    private static Path yaml;

    @BeforeAll
    static void deploy() throws IOException {
        Path model = TinyModel.write(folder.resolve("net.onnx"));
        TinyData.random(60, 5).writeNpz(folder.resolve("eval.npz"));
        yaml = Files.writeString(
                folder.resolve("eval.yaml"),
                "kind: npz\npath: eval.npz\nmetric: top1\ncalibration: {split: 20, seed: 1}\n");
        String best = io.selvedge.compiler.toolchain.HostCpu.detect().bestTarget();
        CommandLineRun run = CommandLineRun.of(
                "deploy",
                model,
                "--dim",
                "N=1,4",
                "--data",
                yaml,
                "--target",
                best.equals("generic") ? best : best + ",generic",
                "--max-bundle-bytes",
                "1M",
                "--out",
                folder.resolve("out"));
        assertThat(run.status()).as(run.err()).isZero();
        bundle = folder.resolve("out/model.selv");
    }

    private static JsonNode profiled(Object... options) throws IOException {
        Path json = folder.resolve("profile.json");
        Object[] line = new Object[options.length + 4];
        line[0] = "profile";
        line[1] = bundle;
        line[2] = "--json";
        line[3] = json;
        System.arraycopy(options, 0, line, 4, options.length);
        CommandLineRun run = CommandLineRun.of(line);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("Limits of a core", "all layers", "A whole inference takes");
        JsonNode tree = new ObjectMapper().readTree(Files.readString(json));
        for (JsonNode layer : tree.get("layers")) {
            assertThat(run.out()).contains(layer.get("kernel").asText());
        }
        return tree;
    }

    @Test
    void the_program_in_java_is_timed_against_the_same_limits() throws IOException {
        assertThat(profiled("--target", "jvm").get("layers"))
                .hasSameSizeAs(profiled().get("layers"));
    }

    @Test
    void every_step_of_the_program_has_a_time_and_its_bytes() throws IOException {
        JsonNode profile = profiled();
        try (Bundle opened = Bundle.open(bundle)) {
            long steps = new String(opened.read("program.txt"), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches(" +\\d+: .*"))
                    .count();
            assertThat(profile.get("layers")).hasSize((int) steps);
        }
        assertThat(profile.get("layers")).allSatisfy(layer -> {
            assertThat(layer.get("micros").asDouble()).isPositive();
            assertThat(layer.get("writtenBytes").asLong()).isPositive();
            assertThat(layer.get("shareOfBandwidth").asDouble()).isPositive();
        });
        assertThat(profile.get("layers"))
                .filteredOn(layer -> layer.has("macs"))
                .isNotEmpty()
                .allMatch(layer -> layer.get("shareOfPeak").asDouble() > 0
                        && layer.get("tile").asText().matches("\\d+x\\d+x\\d+"));
        double sum = profile.get("layers")
                .valueStream()
                .mapToDouble(layer -> layer.get("micros").asDouble())
                .sum();
        assertThat(profile.get("sumMicros").asDouble()).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(profile.get("wholeMicros").asDouble()).isPositive();
        assertThat(profile.get("peaks").get("gigabytesPerSecond").get("memory").asDouble())
                .isPositive();
    }

    @Test
    void page_holds_all_that_it_shows_and_a_circle_for_every_layer_that_multiplies() throws IOException {
        Path html = folder.resolve("profile.html");
        JsonNode profile = profiled("--html", html);
        String page = Files.readString(html);
        assertThat(page).contains("Roofline").doesNotContain("src=\"http").doesNotContain("href=\"http");
        long multiplying = profile.get("layers")
                .valueStream()
                .filter(layer -> layer.has("macs"))
                .count();
        assertThat(page.split("class=\"dot layer ", -1)).hasSize((int) multiplying + 1);
        assertThat(page.split("<tr data-index=", -1))
                .hasSize(profile.get("layers").size() + 1);
    }

    @Test
    void other_library_other_binding_and_other_data_are_chosen_by_option() throws IOException {
        JsonNode generic = profiled("--target", "generic", "--dim", "N=2", "--data", four());
        assertThat(generic.get("peaks").get("target").asText()).isEqualTo("generic");
        assertThat(generic.get("binding").asText()).isEqualTo("N=4");
        assertThat(profiled("--data", yaml).get("binding").asText()).isEqualTo("N=1");
        CommandLineRun doctor = CommandLineRun.of("doctor");
        assertThat(doctor.out()).contains("limits").contains("of a core, measured 20");
    }

    /** A sample of four pictures. */
    private static Path four() throws IOException {
        TinyData data = TinyData.random(8, 1);
        float[] all = new float[8 * TinyModel.VALUES];
        for (int i = 0; i < 8; i++) {
            System.arraycopy(data.pictures()[i], 0, all, i * TinyModel.VALUES, TinyModel.VALUES);
        }
        TinyData.writeNpz(
                folder.resolve("four.npz"), java.util.Map.of("x", TinyData.Array.floats(List.of(2, 4, 3, 4, 4), all)));
        return Files.writeString(folder.resolve("four.yaml"), "kind: npz\npath: four.npz\n");
    }

    @Test
    void what_cannot_be_profiled_is_refused_with_a_code() throws IOException {
        CommandLineRun.of("profile", folder.resolve("net.onnx")).refused(7, "BAD_BUNDLE", "selvedge deploy");
        CommandLineRun.of("profile", folder.resolve("none.selv")).refused(3, "MODEL_NOT_FOUND", "none.selv");
        CommandLineRun.of("profile", bundle, "--target", "x86-64-v0").refused(2, "BAD_OPTION", "x86-64-v0", "generic");
        CommandLineRun.of("profile", bundle, "--dim", "N=9").refused(2, "NO_SUCH_BINDING", "N=9");
        CommandLineRun unwritable = CommandLineRun.of("profile", bundle, "--html", folder.resolve("no/page.html"));
        assertThat(unwritable.status()).isEqualTo(6);
        assertThat(unwritable.err()).contains("OUTPUT_NOT_WRITABLE", "choose another --html");
        CommandLineRun.of("profile", without("steps.json"))
                .refused(7, "BAD_BUNDLE", "steps.json", "Deploy the model again");
        CommandLineRun.of("profile", with("steps.json", "[{\"name\": \"conv\", \"macs\": -1}]"))
                .refused(7, "BAD_BUNDLE", "steps.json", "a step has no text 'kernel'");
    }

    private static Path without(String part) throws IOException {
        return copy(part, new byte[0]);
    }

    private static Path with(String part, String text) throws IOException {
        return copy(part, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bundle with another content of a part; nothing leaves it out. */
    private static Path copy(String changed, byte[] content) throws IOException {
        Path file = folder.resolve("changed.selv");
        try (Bundle opened = Bundle.open(bundle)) {
            Manifest manifest = opened.manifest();
            BundleWriter writer = new BundleWriter(manifest);
            for (String part : manifest.parts().keySet()) {
                if (!part.equals(changed)) {
                    writer.part(part, opened.read(part));
                }
            }
            if (content.length > 0) {
                writer.part(changed, content);
            }
            writer.write(file);
        }
        return file;
    }
}
