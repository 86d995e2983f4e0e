package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code compress quantize} as a user calls it. */
final class CompressQuantizeTest {
    @TempDir
    private static Path folder;

    private static Path model;
    private static Path yaml;

    @BeforeAll
    static void write() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        TinyData.random(60, 5).writeNpz(folder.resolve("eval.npz"));
        String evaluation = "kind: npz\npath: eval.npz\nmetric: top1\n";
        Files.writeString(folder.resolve("bare.yaml"), evaluation);
        yaml = Files.writeString(
                folder.resolve("eval.yaml"),
                evaluation + "calibration: {split: 20, seed: 1}\ntraining: {path: eval.npz, validation: 0.1}\n");
    }

    private static CommandLineRun quantize(Object... rest) {
        List<Object> line = new ArrayList<>(List.of("compress", "quantize", model));
        line.addAll(List.of(rest));
        return CommandLineRun.of(line.toArray());
    }

    private static String history(Path file) {
        return String.valueOf(OnnxImporter.metadata(file).get("selvedge.history"));
    }

    private static Graph read(Path file) {
        return OnnxImporter.read(file, ImportOptions.none());
    }

    @Test
    void eight_bits_get_the_corrections_that_pay_and_the_table_shows_all() {
        Path out = folder.resolve("int8.onnx");
        CommandLineRun run = quantize("--data", yaml, "--compare", "--out", out);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("float +\\d+\\.\\d\\d +100\\.00")
                .contains("adaptive rounding", "minmax ranges", "chosen: ", "Wrote " + out)
                .containsPattern("top1 on 40 samples: 1\\.0000 before, 1\\.0000 after, drop 0\\.00");
        assertThat(history(out)).contains("\"step\":\"quantize\"", "\"weights\":\"int8\"", "\"tool\":\"selvedge ");
        assertThat(read(out).nodes()).anyMatch(node -> node.op().type().equals("QuantizeLinear"));
    }

    @Test
    void corrections_can_be_named_and_the_history_goes_on() {
        Path first = folder.resolve("equal.onnx");
        CommandLineRun run = quantize("--data", yaml, "--with", "ranges,round", "--out", first);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains(": adaptive rounding, ranges by output").doesNotContain(" dB instead of ");
        assertThat(history(first)).contains("\"corrections\":\"adaptive rounding, ranges by output\"");
    }

    @Test
    void few_levels_are_trained_for_and_nothing_of_the_training_stays() {
        Path out = folder.resolve("log4.onnx");
        CommandLineRun run = quantize(
                "--data",
                yaml,
                "--weights",
                "log4",
                "--int8",
                "fc",
                "--fine-tune",
                1,
                "--learning-rate",
                1e-3,
                "--batch",
                8,
                "--augment",
                "noise=0.05",
                "--out",
                out);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("epoch", "Wrote " + out);
        assertThat(history(out))
                .contains(
                        "\"weights\":\"log4\"",
                        "\"int8\":\"fc\"",
                        "\"step\":\"train\"",
                        "\"batch\":8",
                        "\"noise\":0.05");
        assertThat(folder.resolve("log4.onnx.training")).doesNotExist();
        for (float w : read(out).constant("conv.w_int8").orElseThrow().toFloats()) {
            assertThat(Math.abs(w)).isIn(0f, 1f, 2f, 4f, 8f, 16f, 32f, 64f);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--data YAML; 2; BAD_OPTION; or --compare to look only",
                "--data YAML --weights int3 --out OUT; 2; BAD_OPTION; there are int8, int4",
                "--data YAML --activations int8 --out OUT; 2; BAD_OPTION; there are uint8, log",
                "--data YAML --int8 nose --out OUT; 2; BAD_OPTION; there is no such node",
                "--data YAML --weights int4 --with round --out OUT; 2; BAD_OPTION; --with round",
                "--data YAML --with round --fine-tune 1 --out OUT; 2; BAD_OPTION; not trained",
                "--data YAML --compare --fine-tune 1; 2; BAD_OPTION; --out",
                "--data BARE --out OUT; 3; EMPTY_DATA; calibration: {split: 200}",
                "--data YAML --with shake --out OUT; 2; BAD_OPTION; shake"
            })
    void what_cannot_be_done_is_said(String options, int status, String code, String part) {
        Object[] rest = java.util.Arrays.stream(options.split(" ", -1))
                .map(option -> switch (option) {
                    case "OUT" -> folder.resolve("none.onnx");
                    case "YAML" -> yaml;
                    case "BARE" -> folder.resolve("bare.yaml");
                    default -> option;
                })
                .toArray();
        quantize(rest).refused(status, code, part);
        assertThat(folder.resolve("none.onnx")).doesNotExist();
    }
}
