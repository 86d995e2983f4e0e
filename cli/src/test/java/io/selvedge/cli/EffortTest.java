package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code deploy --effort} tries, and what of it becomes a candidate. */
final class EffortTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;

    @BeforeEach
    void write_model_and_data() throws IOException {
        model = TinyModel.writeWide(folder.resolve("wide.onnx"));
        TinyData.random(600, 1).writeNpz(folder.resolve("eval.npz"));
        data = Files.writeString(
                folder.resolve("eval.yaml"),
                "kind: npz\npath: eval.npz\ncalibration: {split: 60, seed: 1}\ntraining: {split: 240, validation: 0.2}\n");
    }

    private CommandLineRun deploy(String... more) throws Exception {
        List<Object> args = new ArrayList<>(List.of("deploy", model, "--data", data, "--out", folder.resolve("out")));
        args.addAll(List.of(more));
        return ChildProcess.start(folder, Map.of(), args.toArray()).run();
    }

    private JsonNode report() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("out/report.json").toFile());
    }

    @Test
    void channels_that_are_not_missed_go_and_the_report_says_what_was_tried() throws Exception {
        CommandLineRun run = deploy(
                "--effort",
                "standard",
                "--max-effort-minutes",
                "0.01",
                "--max-drop",
                "5",
                "--trials",
                folder.resolve("trials").toString());
        assertThat(run.status()).as(run.err()).isZero();
        JsonNode report = report();
        assertThat(report.get("trials")).hasSizeGreaterThan(2);
        List<String> candidates = report.get("candidates").findValuesAsText("name");
        assertThat(candidates).contains("fp32", "int8").anyMatch(name -> name.startsWith("f"));
        for (JsonNode trial : report.get("trials")) {
            boolean candidate = candidates.contains(trial.get("name").asText());
            assertThat(trial.get("left").isNull()).isEqualTo(candidate);
            assertThat(trial.get("epochs").asDouble() > 0)
                    .isEqualTo(!trial.get("choiceDrop").isNull());
        }
        assertThat(Files.readString(folder.resolve("out/report.html"))).contains("What was tried");
        CommandLineRun shown = CommandLineRun.of("report", folder.resolve("out/report.json"));
        assertThat(shown.status()).as(shown.err()).isZero();
    }

    @Test
    void training_needs_data() {
        CommandLineRun run = CommandLineRun.of("deploy", model, "--effort", "standard", "--out", folder.resolve("out"));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("BAD_OPTION", "--data");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void another_form_of_the_model_is_a_candidate() throws Exception {
        Path other = Files.copy(model, folder.resolve("other.onnx"));
        CommandLineRun run = deploy("--candidate", other.toString());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(report().get("candidates").findValuesAsText("name")).contains("other");
        CommandLineRun twice = deploy("--candidate", other.toString(), "--candidate", other.toString());
        assertThat(twice.status()).isEqualTo(2);
        assertThat(twice.err()).contains("BAD_OPTION", "other");
        CommandLineRun none = deploy(
                "--candidate", TinyModel.write(folder.resolve("open.onnx")).toString());
        assertThat(none.status()).as(none.err() + none.out()).isIn(0, 3);
    }
}
