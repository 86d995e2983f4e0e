package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.op.OpCatalog;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that comes quantised is no fp32 candidate. */
final class GivenFormTest {
    @TempDir
    private Path folder;

    @Test
    void dynamically_quantised_model_is_deployed_as_given_and_its_report_knows_no_accuracy() throws Exception {
        Path model = folder.resolve("dynamic.onnx");
        String text = """
                graph dynamic
                input x: float32[1,4]
                node q: DynamicQuantizeLinear(x) -> y, s, z
                node d: DequantizeLinear{axis=1}(y, s, z) -> out
                output out
                """;
        OnnxExporter.write(GraphText.parse(text, OpCatalog.ALL), model);
        CommandLineRun run = CommandLineRun.of("deploy", model, "--out", folder.resolve("out"));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("\nas-given ").doesNotContain("fp32");
        assertThat(folder.resolve("out/report.html"))
                .content()
                .contains("as-given stays as it is", "<th class=\"n\">accuracy</th>");
    }
}
