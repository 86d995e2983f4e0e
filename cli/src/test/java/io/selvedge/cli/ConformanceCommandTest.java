package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.proto.TensorProto;
import io.selvedge.compiler.op.OpCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests in folders of one's own, right and wrong, and what is no test. */
final class ConformanceCommandTest {
    @TempDir
    private Path folder;

    @Test
    void passing_tests_give_status_zero_and_a_report() throws IOException {
        write("test_neg", "Neg", 1, -1);
        Path json = folder.resolve("result.json");
        CommandLineRun run = CommandLineRun.of("conformance", folder, "--json", json);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .isEqualTo("1 tests: 1 native, 0 native with frozen shape inputs, 0 by the reference"
                        + " evaluator, 0 failed, 0 unsupported\n");
        JsonNode tree = new ObjectMapper().readTree(json.toFile());
        assertThat(tree.get("native").asInt()).isEqualTo(1);
        assertThat(tree.get("tests").get(0).get("name").asText()).isEqualTo("node/test_neg");
        assertThat(tree.get("tests").get(0).get("ops").get(0).asText()).isEqualTo("Neg");
    }

    @Test
    void failing_test_gives_status_one_and_says_what_differs() throws IOException {
        write("test_neg", "Neg", 1, -1);
        write("test_abs", "Abs", -1, -1);
        CommandLineRun run = CommandLineRun.of("conformance", folder);
        assertThat(run.status()).as(run.err()).isEqualTo(1);
        assertThat(run.out())
                .contains("1 native", "1 failed (0 of them for defects of the suite)")
                .contains("failed  node/test_abs (native): output 0: element 0 of float32[1] is 1.0, wanted -1.0");
        assertThat(CommandLineRun.of("conformance", folder, "--tests", "neg").status())
                .isZero();
    }

    @Test
    void code_that_this_machine_does_not_run_is_refused() throws IOException {
        write("test_neg", "Neg", 1, -1);
        CommandLineRun.of("conformance", folder, "--target", "wasm32+simd128")
                .refused(2, "BAD_OPTION", "wasm32+simd128", "generic");
    }

    @Test
    void what_holds_no_test_is_refused() throws IOException {
        CommandLineRun.of("conformance", folder).refused(3, "DATA_NOT_FOUND", "no test is below");
        CommandLineRun.of("conformance", folder.resolve("none")).refused(3, "DATA_NOT_FOUND", "there is no folder");
        write("test_neg", "Neg", 1, -1);
        CommandLineRun.of("conformance", folder, "--tests", "pos").refused(2, "BAD_OPTION", "--tests pos");
        Files.write(folder.resolve("suite.tar.xz"), new byte[100]);
        CommandLineRun.of("conformance", folder).refused(3, "BAD_DATA", "suite.tar.xz");
    }

    private void write(String name, String operator, float input, float output) throws IOException {
        Path test = folder.resolve("node").resolve(name);
        Path data = Files.createDirectories(test.resolve("test_data_set_0"));
        String text = "graph g\ninput x: float32[1]\nnode n: " + operator + "(x) -> y\noutput y\n";
        OnnxExporter.write(GraphText.parse(text, OpCatalog.ALL), test.resolve("model.onnx"));
        Files.write(data.resolve("input_0.pb"), tensor("x", input));
        Files.write(data.resolve("output_0.pb"), tensor("y", output));
    }

    private static byte[] tensor(String name, float value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(1)
                .addDims(1)
                .addFloatData(value)
                .build()
                .toByteArray();
    }
}
