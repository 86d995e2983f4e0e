package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.cli.TinyData.Array;
import io.selvedge.runtime.Binding;
import io.selvedge.runtime.Bundle;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several bindings in one bundle, from the command line to the answers. */
final class BindingsEndToEndTest {
    @TempDir
    private static Path folder;

    private static final TinyData DATA = TinyData.random(60, 5);

    private static Path model;
    private static Path both;
    private static CommandLineRun deployment;

    /** int8 with data, whose samples are one picture; the other batch is named first. */
    @BeforeAll
    static void deploy() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        DATA.writeNpz(folder.resolve("eval.npz"));
        Path yaml = Files.writeString(
                folder.resolve("eval.yaml"),
                "kind: npz\npath: eval.npz\nmetric: top1\ncalibration: {split: 20, seed: 1}\n");
        both = folder.resolve("both");
        deployment = CommandLineRun.of("deploy", model, "--dim", "N=4,1", "--data", yaml, "--out", both);
        assertThat(deployment.status()).as(deployment.err()).isZero();
    }

    @Test
    void binding_that_the_data_fit_comes_first_and_is_judged() throws IOException {
        JsonNode report = new ObjectMapper().readTree(Files.readString(both.resolve("report.json")));
        assertThat(report.get("options").get("dim.N").asText()).isEqualTo("1,4");
        assertThat(report.get("bindings").valueStream().map(b -> b.get("dims").asText()))
                .containsExactly("N=1", "N=4");
        JsonNode chosen = report.get("candidates")
                .valueStream()
                .filter(c -> c.get("chosen").asBoolean())
                .findFirst()
                .orElseThrow();
        JsonNode first = report.get("bindings").get(0);
        for (String field : List.of("latencyMicrosP50", "latencyMicrosP95", "arenaBytes", "codeBytes")) {
            assertThat(first.get(field)).as(field).isEqualTo(chosen.get(field));
        }
        assertThat(report.get("bindings").get(1).get("latencyMicrosP50").asDouble())
                .isPositive();
        assertThat(deployment.out()).contains("Bindings of ").contains("N=1 ").contains("N=4 ");
        assertThat(Files.readString(both.resolve("report.html"))).contains("<h2>Bindings of ");
    }

    @Test
    void every_binding_gives_a_picture_the_same_answer() {
        try (Model loaded = Model.load(both.resolve("model.selv"));
                Session one = loaded.newSession();
                Session four = loaded.newSession(Map.of("N", 3))) {
            assertThat(loaded.bindings()).extracting(Binding::text).containsExactly("N=1", "N=4");
            assertThat(four.binding().text()).isEqualTo("N=4");
            for (int i = 0; i < 4; i++) {
                four.input("x").floats().put(i * TinyModel.VALUES, DATA.pictures()[i]);
            }
            four.run();
            float[] all = four.output("scores").toFloats();
            for (int i = 0; i < 4; i++) {
                one.input("x").floats().put(0, DATA.pictures()[i]);
                one.run();
                float[] alone = one.output("scores").toFloats();
                assertThat(alone[DATA.labels()[i]]).isGreaterThan(10);
                assertThat(Arrays.copyOfRange(all, 3 * i, 3 * i + 3)).containsExactly(alone, within(1e-3f));
            }
            assertThat(loaded.checkGolden().vectors()).isEqualTo(3);
        }
    }

    @Test
    void weights_are_stored_once_and_one_binding_has_no_trace_of_others() throws IOException {
        try (Bundle one = deployed("1", "one");
                Bundle two = deployed("1,4", "two")) {
            assertThat(one.manifest().weightBytes()).isPositive();
            assertThat(two.manifest().weightBytes()).isEqualTo(one.manifest().weightBytes());
            assertThat(two.read("weights.bin")).isEqualTo(one.read("weights.bin"));
            assertThat(one.manifest().parts().keySet()).noneMatch(part -> part.contains("-2."));
            assertThat(one.manifest().toJson()).doesNotContain("dims").doesNotContain("bindings");
            String library = two.manifest().targets().getFirst().path();
            // The first binding is what it is alone, program and code.
            for (String part : List.of(library, "program.txt")) {
                assertThat(two.read(part)).isEqualTo(one.read(part));
            }
            assertThat(two.has(library.replace("model.so", "model-2.so"))).isTrue();
        }
    }

    private static Bundle deployed(String batches, String name) {
        Path out = folder.resolve(name);
        CommandLineRun run = CommandLineRun.of("deploy", model, "--dim", "N=" + batches, "--out", out);
        assertThat(run.status()).as(run.err()).isZero();
        return Bundle.open(out.resolve("model.selv"));
    }

    @Test
    void run_picks_and_inspect_and_doctor_list() throws IOException {
        Path bundle = both.resolve("model.selv");
        Path two = Files.write(
                folder.resolve("four.npy"),
                Array.floats(List.of(4, 3, 4, 4), new float[4 * TinyModel.VALUES])
                        .npy());
        CommandLineRun run = CommandLineRun.of("run", bundle, "--dim", "N=2", "--input", two);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("scores");
        CommandLineRun.of("run", bundle, "--dim", "N=5", "--input", two)
                .refused(2, "NO_SUCH_BINDING", "N=5", "N=1 and N=4");
        assertThat(CommandLineRun.of("inspect", bundle).out())
                .contains("binding        N=1, ")
                .contains("binding        N=4, ")
                .contains("program-2.txt");
        JsonNode json = new ObjectMapper()
                .readTree(CommandLineRun.of("inspect", bundle, "--json").out());
        assertThat(json.get("bindings").get(1).get("dims").get("N").asInt()).isEqualTo(4);
        assertThat(CommandLineRun.of("doctor", bundle).out()).contains("bindings N=1 and N=4; 3 golden vectors agree");
    }

    @Test
    void lists_that_are_too_long_double_or_out_of_place_are_refused() {
        CommandLineRun.of("deploy", model, "--dim", "N=1,2,3", "--dim", "M=1,2,3", "--out", folder.resolve("no"))
                .refused(2, "BAD_OPTION", "9 bindings or more", "at most 8");
        CommandLineRun.of("deploy", model, "--dim", "N=1,1", "--out", folder.resolve("no"))
                .refused(2, "BAD_OPTION", "gives 1 twice");
        CommandLineRun.of("deploy", model, "--dim", "N=1,", "--out", folder.resolve("no"))
                .refused(2, "BAD_OPTION", "got ''");
        CommandLineRun.of("dump", model, "--dim", "N=1,4")
                .refused(2, "BAD_OPTION", "--dim N=1,4", "takes one value", "'selvedge deploy' takes several");
        assertThat(folder.resolve("no")).doesNotExist();
    }
}
