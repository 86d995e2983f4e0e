package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.op.OpCatalog;
import io.selvedge.testkit.OnnxRuntimeOracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code compress filters}, {@code layers} and {@code weights} as a user calls them. */
final class CompressPruningTest {
    @TempDir
    private static Path folder;

    private static Path model;
    private static Path yaml;

    @BeforeAll
    static void write() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        TinyData.random(60, 5).writeNpz(folder.resolve("eval.npz"));
        yaml = Files.writeString(folder.resolve("eval.yaml"), """
                kind: npz
                path: eval.npz
                metric: top1
                calibration: {split: 20, seed: 1}
                training: {path: eval.npz, validation: 0.1}
                """);
    }

    private static CommandLineRun compress(String method, Object... rest) {
        List<Object> line = new ArrayList<>(List.of("compress", method, model));
        line.addAll(List.of(rest));
        return CommandLineRun.of(line.toArray());
    }

    private static Graph read(Path file) {
        return OnnxImporter.read(file, ImportOptions.none());
    }

    @Test
    void groups_are_drawn_with_what_a_channel_costs() {
        CommandLineRun run = compress("filters", "--dim", "N=1", "--show-groups", "--round-to", "4");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("Group 1: 8 channels\n    conv ---- fc\n")
                .contains("each 31 parameters, 435 multiply-accumulates; can keep 4")
                .contains("Stays, because it is the graph's output 'scores': fc (3)");
    }

    @Test
    void filters_go_physically_and_another_runtime_reads_the_result() {
        Path out = folder.resolve("thin.onnx");
        CommandLineRun run = compress("filters", "--data", yaml, "--ratio", "0.5", "--round-to", "4", "--out", out);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("conv: 8 -> 4")
                .containsPattern("after int8 .* 1\\.0000 +0\\.00 ")
                .contains("parameters");
        Graph thin = read(out);
        assertThat(thin.type("conv.w").shape().extents()).containsExactly(4, 3, 3, 3);
        assertThat(thin.type("fc.w").shape().extents()).containsExactly(3, 4);
        Tensor x = Tensor.filled(thin.type("x"), i -> i % 7);
        float[] other = OnnxRuntimeOracle.run(out, Map.of("x", x)).get("scores").toFloats();
        float[] own = ReferenceEvaluator.run(thin, Map.of("x", x)).get("scores").toFloats();
        for (int i = 0; i < own.length; i++) {
            assertThat(other[i]).isCloseTo(own[i], org.assertj.core.data.Offset.offset(1e-4f));
        }
        // The channels that the last layer ignores went: what is lost is nothing.
        Graph before =
                OnnxImporter.read(TinyModel.bytes(), "net.onnx", java.util.Optional.empty(), ImportOptions.none());
        Tensor whole = ReferenceEvaluator.run(before, Map.of("x", x)).get("scores");
        assertThat(own).containsExactly(whole.toFloats());
    }

    @Test
    void a_budget_of_operations_is_kept_and_the_same_options_give_the_same_file() throws IOException {
        Path out = folder.resolve("few.onnx");
        Path again = folder.resolve("again.onnx");
        for (Path file : List.of(out, again)) {
            CommandLineRun run = compress(
                    "filters", "--data", yaml, "--max-macs", "2K", "--round-to", "1", "--no-measure", "--out", file);
            assertThat(run.status()).as(run.err()).isZero();
        }
        assertThat(Files.readAllBytes(out)).isEqualTo(Files.readAllBytes(again));
        assertThat(io.selvedge.compiler.ir.GraphCost.of(read(out)).macs()).isBetween(1000L, 2000L);
    }

    @Test
    void weights_become_zero_and_the_report_says_how_many() {
        Path out = folder.resolve("sparse.onnx");
        CommandLineRun run =
                compress("weights", "--dim", "N=1", "--sparsity", "0.75", "--per-layer", "--no-measure", "--out", out);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).containsPattern("all +75\\.0 %");
        long zeros = 0;
        for (float w : read(out).constant("conv.w").orElseThrow().toFloats()) {
            zeros += w == 0 ? 1 : 0;
        }
        assertThat(zeros).isEqualTo(162);
    }

    @Test
    void layers_are_listed_and_removed() {
        Path residual = folder.resolve("residual.onnx");
        OnnxExporter.write(GraphText.parse("""
                        graph residual
                        input x: float32[1,3,4,4]
                        const w: float32[3,3,1,1] = {0.1, 0, 0, 0, 0.1, 0, 0, 0, 0.1}
                        const fc.w: float32[3,3] = {1, 0, 0, 0, 1, 0, 0, 0, 1}
                        node conv: Conv{dilations=[1,1], group=1, pads=[0,0,0,0], strides=[1,1]}(x, w) -> c
                        node sum: Add(x, c) -> s
                        node pool: GlobalAveragePool(s) -> p
                        node flat: Flatten{axis=1}(p) -> f
                        node fc: Gemm{alpha=1.0, beta=1.0, transA=0, transB=1}(f, fc.w) -> scores
                        output scores
                        """, OpCatalog.ALL), residual);
        CommandLineRun list = CommandLineRun.of("compress", "layers", residual, "--data", yaml);
        assertThat(list.status()).as(list.err()).isZero();
        assertThat(list.out()).containsPattern("sum +144 +94.1 % +-?\\d+\\.\\d +0\\.\\d{4} +conv sum\n");
        Path out = folder.resolve("short.onnx");
        CommandLineRun run = CommandLineRun.of(
                "compress", "layers", residual, "--data", yaml, "--count", "1", "--no-measure", "--out", out);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("Without conv sum: 144 MACs less");
        assertThat(read(out).nodes()).hasSize(3);
        CommandLineRun more =
                CommandLineRun.of("compress", "layers", residual, "--data", yaml, "--count", "3", "--out", out);
        assertThat(more.status()).isEqualTo(4);
        assertThat(more.err()).contains("NO_CANDIDATE_FITS: without [sum] the model still needs 9");
    }

    @Test
    void gradients_say_which_channels_matter_and_training_follows_with_zeros_held() {
        Path trained = folder.resolve("trained.onnx");
        CommandLineRun taylor = compress(
                "filters",
                "--data",
                yaml,
                "--ratio",
                "0.5",
                "--round-to",
                "4",
                "--criterion",
                "taylor",
                "--no-measure",
                "--fine-tune",
                "1",
                "--learning-rate",
                "1e-3",
                "--batch",
                "8",
                "--augment",
                "noise=0.1,gain=0.2",
                "--task-weight",
                "0.6",
                "--patience",
                "2",
                "--out",
                trained);
        assertThat(taylor.status()).as(taylor.err()).isZero();
        assertThat(taylor.out()).contains("conv: 8 -> 4").contains("epoch");
        assertThat(read(trained).type("conv.w").shape().extents()).containsExactly(4, 3, 3, 3);
        assertThat(OnnxImporter.metadata(trained).get("selvedge.history"))
                .contains("\"step\":\"filters\"", "\"criterion\":\"taylor\"", "\"step\":\"train\"")
                .contains("\"batch\":8", "\"noise\":0.1", "\"gain\":0.2", "\"task\":0.6", "\"patience\":2");
        Path sparse = folder.resolve("held.onnx");
        CommandLineRun weights = compress(
                "weights",
                "--data",
                yaml,
                "--sparsity",
                "0.5",
                "--per-layer",
                "--fine-tune",
                "2",
                "--no-measure",
                "--learning-rate",
                "1e-3",
                "--out",
                sparse);
        assertThat(weights.status()).as(weights.err()).isZero();
        assertThat(java.util.stream.IntStream.range(0, 216)
                        .filter(i ->
                                read(sparse).constant("conv.w").orElseThrow().getFloat(i) == 0))
                .hasSize(108);
        assertThat(folder.resolve("held.onnx.training")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "filters; ; 2; BAD_OPTION; say how much shall go",
                "filters; --ratio 0.5; 2; BAD_OPTION; --out FILE.onnx is needed",
                "filters; --ratio 1 --round-to 4 --out OUT; 2; BAD_OPTION; 1 would empty every layer",
                "filters; --ratio 0.01 --round-to 4 --out OUT; 2; BAD_OPTION; rounds to nothing",
                "filters; --ratio 0.5 --round-to 8 --out OUT; 4; NO_CANDIDATE_FITS; --round-to",
                "filters; --ratio 0.5 --criterion taylor --out OUT; 2; BAD_OPTION; --data",
                "filters; --ratio 0.5 --criterion gamma --round-to 4 --out OUT; 2; BAD_OPTION; needs a batch norm",
                "filters; --ratio 0.5 --criterion size --out OUT; 2; BAD_OPTION; known are l1",
                "filters; --max-macs 10 --round-to 4 --out OUT; 4; NO_CANDIDATE_FITS; and 10 are allowed",
                "filters; --max-macs many --out OUT; 2; BAD_OPTION; 12.5M",
                "layers; --count 1 --out OUT; 2; BAD_OPTION; needs --data",
                "layers; --data YAML --count 1 --out OUT; 4; NO_CANDIDATE_FITS; no layer of the model can go",
                "weights; --out OUT; 2; BAD_OPTION; --sparsity is needed",
                "weights; --sparsity 1 --out OUT; 2; BAD_OPTION; 1 would leave nothing",
                "weights; --pattern 4:2 --out OUT; 2; BAD_OPTION; write 2:4",
                "filters; --ratio 0.5 --fine-tune 2 --out OUT; 2; BAD_OPTION; --fine-tune needs --data",
                "filters; --ratio 0.5 --fine-tune 0 --data YAML --out OUT; 2; BAD_OPTION; --fine-tune",
                "layers; --count 1 --fine-tune 1 --augment spin --data YAML --out OUT; 2; BAD_OPTION; the rules are flip",
                "weights; --sparsity 0.5 --criterion size --out OUT; 2; BAD_OPTION; known are magnitude",
                "weights; --sparsity 0.5 --criterion taylor --out OUT; 2; BAD_OPTION; --data"
            })
    void what_cannot_be_done_is_said(String method, String options, int status, String code, String part) {
        List<Object> rest = new ArrayList<>();
        for (String option : (options == null ? "" : options).trim().split(" +", -1)) {
            if (!option.isEmpty()) {
                rest.add(
                        switch (option) {
                            case "OUT" -> folder.resolve("none.onnx");
                            case "YAML" -> yaml;
                            default -> option;
                        });
            }
        }
        if (!rest.contains(yaml)) {
            rest.addAll(List.of("--dim", "N=1"));
        }
        compress(method, rest.toArray()).refused(status, code, part.strip());
        assertThat(folder.resolve("none.onnx")).doesNotExist();
    }
}
