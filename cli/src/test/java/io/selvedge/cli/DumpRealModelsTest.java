package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvedge.testkit.SharedFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code selvedge dump} of real models after every stage. */
final class DumpRealModelsTest {
    private static final Pattern ARENA =
            Pattern.compile("^arena (\\d+) bytes, weights (\\d+) bytes$", Pattern.MULTILINE);
    private static final Pattern PLACED = Pattern.compile("arena @(\\d+) (\\d+) B");
    private static final Pattern NODE = Pattern.compile("^node .*: [A-Za-z.]+[{(]", Pattern.MULTILINE);
    private static final Pattern STEP = Pattern.compile("^ +\\d+: ", Pattern.MULTILINE);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "mlperf-tiny/mlperftiny_ic_resnet8_fp32_nchw.onnx, --input-shape=input=1;3;32;32, FusedConv",
        "mlperf-tiny/mlperftiny_ic_resnet8_fp32_dynbatch.onnx, --dim=N=1, FusedConv",
        "mlperf-tiny/mlperftiny_ic_resnet8_int8_qdq_nchw.onnx, --input-shape=input=1;3;32;32, QConv",
        "mlperf-tiny/mlperftiny_kws_dscnn_fp32_dynbatch.onnx, --dim=N=1, FusedConv",
        "mlperf-tiny/mlperftiny_kws_dscnn_int8_qdq_nchw.onnx, --input-shape=input=1;1;49;10, QConv",
        "gesture/weights/model.onnx, --input-shape=input=1;6;119, FusedConv",
        "face/version-RFB-320.onnx, --input-shape=input=1;3;240;320, FusedConv",
        "control/cartpole_ppo.onnx, --dim=N=1, FusedGemm"
    })
    void every_stage_of_a_shared_model_is_shown(String file, String shape, String fused) {
        Optional<Path> model = SharedFolder.find("models/" + file);
        assumeTrue(model.isPresent(), "shared/models/" + file + " is absent");
        check(model.orElseThrow(), shape.replace(';', ','), fused);
    }

    @Test
    void every_stage_of_the_text_line_classifier_is_shown() throws IOException {
        Path model = folder.resolve("cls.onnx");
        try (InputStream in = DumpCommand.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Files.copy(in, model);
        }
        String shape = "--input-shape=x=1,3,48,192";
        check(model, shape, "FusedConv");
        assertThat(dump(model, "import", shape)).contains(": BatchNormalization");
        assertThat(dump(model, "simplify", shape))
                .doesNotContain(": BatchNormalization")
                .contains(": HardSwish(");
    }

    /** @param fused the operator of this tool's own that the stage of fusion makes of the model's layers */
    private static void check(Path model, String shape, String fused) {
        String imported = dump(model, "import", shape);
        assertThat(imported).startsWith("graph ").contains("\ninput ").contains("\noutput ");
        String simplified = dump(model, "simplify", shape);
        assertThat(simplified).startsWith("graph ").contains("\ninput ").contains("\noutput ");
        assertThat(List.of(imported, simplified)).noneMatch(text -> text.contains(": selvedge."));
        assertThat(count(NODE, simplified)).isBetween(1L, count(NODE, imported));
        String quantized = dump(model, "quantize", shape);
        assertThat(quantized).startsWith("graph ").contains(": selvedge." + fused);
        assertThat(count(NODE, quantized)).isLessThan(count(NODE, simplified));
        String lowered = dump(model, "lower", shape);
        assertThat(lowered).startsWith("program ").doesNotContain("arena @");
        long layers = quantized
                .lines()
                .filter(line -> line.contains(": selvedge." + fused))
                .count();
        assertThat(count(STEP, lowered)).isGreaterThanOrEqualTo(layers);
        checkPlan(dump(model, "plan", shape), lowered);
    }

    /** The plan is the lowered program with offsets, none of them beyond the arena, and one that reaches its end. */
    private static void checkPlan(String plan, String lowered) {
        Matcher arena = ARENA.matcher(plan);
        assertThat(arena.find()).as(plan).isTrue();
        int arenaBytes = Integer.parseInt(arena.group(1));
        assertThat(PLACED.matcher(plan)
                        .results()
                        .mapToInt(at -> Integer.parseInt(at.group(1)) + Integer.parseInt(at.group(2)))
                        .max())
                .hasValue(arenaBytes);
        assertThat(steps(plan)).isEqualTo(steps(lowered)).isNotEmpty();
    }

    private static long count(Pattern pattern, String text) {
        return pattern.matcher(text).results().count();
    }

    private static List<String> steps(String program) {
        return program.lines().filter(STEP.asPredicate()).toList();
    }

    private static String dump(Path model, String stage, String shape) {
        CommandLineRun run = CommandLineRun.of("dump", model, "--after=" + stage, shape);
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        return run.out();
    }
}
