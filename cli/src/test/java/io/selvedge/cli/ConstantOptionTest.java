package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.op.OpCatalog;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --constant} makes an input a constant of its declared type. */
final class ConstantOptionTest {
    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void write() {
        model = folder.resolve("model.onnx");
        String text = """
                graph scaled
                input x: float32[2]
                input rate: int64[1]
                node cast: Cast{to=1}(rate) -> r
                node mul: Mul(x, r) -> y
                output y
                """;
        OnnxExporter.write(GraphText.parse(text, OpCatalog.ALL), model);
    }

    @Test
    void an_input_becomes_a_constant() {
        CommandLineRun run = CommandLineRun.of("dump", model, "--after=import", "--constant=rate=16000");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("const rate: int64[1]").doesNotContain("input rate");
    }

    @Test
    void what_is_no_number_or_no_input_or_too_much_is_refused() {
        CommandLineRun.of("dump", model, "--constant=rate=fast")
                .refused(2, "BAD_OPTION", "--constant rate=fast", "'fast' is neither a number");
        CommandLineRun.of("dump", model, "--constant=speed=1")
                .refused(2, "BAD_OPTION", "no tensor input 'speed'", "[x, rate]");
        CommandLineRun.of("dump", model, "--constant=rate=1,2").refused(2, "BAD_OPTION", "has 2 values", "[1]");
    }
}
