package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.onnx.OnnxImporter;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Quantizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small net that was calibrated on data a tenth as large as what it is used on. */
class ExplainCommandTest {
    private static final TensorType INPUT = TensorType.of(DType.FLOAT32, 1, 2, 6, 6);

    @TempDir
    Path folder;

    private Path original;
    private Path broken;
    private Path data;

    @BeforeEach
    void write() throws IOException {
        Random random = new Random(3);
        GraphBuilder g = new GraphBuilder("net");
        g.input("x", INPUT);
        String w = g.constant("w", Tensor.filled(TensorType.of(DType.FLOAT32, 4, 2, 3, 3), _ -> random.nextGaussian()));
        String b = g.constant("b", Tensor.filled(TensorType.of(DType.FLOAT32, 4), _ -> random.nextGaussian()));
        Conv conv = new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), 1);
        String active = g.add("active", new Unary(Unary.Kind.RELU), g.add("conv", conv, "x", w, b));
        String flat = g.add("flat", new Flatten(1), active);
        String v = g.constant("v", Tensor.filled(TensorType.of(DType.FLOAT32, 3, 144), _ -> random.nextGaussian()));
        g.output(g.add("y", new Gemm(1, 1, false, true), flat, v));
        Graph graph = Compiler.simplify(g.build());
        Path samples = Files.createDirectory(folder.resolve("samples"));
        List<Map<String, Tensor>> small = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * 72).order(ByteOrder.LITTLE_ENDIAN);
            for (int k = 0; k < 72; k++) {
                bytes.putFloat((float) random.nextGaussian());
            }
            Files.write(samples.resolve("s" + (10 + i) + ".bin"), bytes.array());
            small.add(Map.of("x", Tensor.filled(INPUT, k -> bytes.getFloat(4 * k) / 10)));
        }
        original = folder.resolve("net.onnx");
        broken = folder.resolve("broken.onnx");
        OnnxExporter.write(graph, original);
        OnnxExporter.write(Quantizer.quantize(graph, Calibrator.calibrate(graph, small, _ -> {}), Set.of()), broken);
        data = folder.resolve("data.yaml");
        Files.writeString(data, """
                kind: raw
                path: samples
                record: {dtype: float32, shape: [1, 2, 6, 6]}
                input: {name: x, dtype: float32}
                """);
    }

    private CommandLineRun explain(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("explain", original.toString(), broken.toString(), "--data", data.toString()));
        arguments.addAll(List.of(more));
        return CommandLineRun.of(arguments.toArray());
    }

    @Test
    void names_the_cause_and_the_fix_for_people() {
        CommandLineRun run = explain();
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("conv, value 'x': the input's range is not the data's")
                .contains("fix: calibrate again on data that are preprocessed as here")
                .contains("times what it was calibrated for")
                .contains("activations behind it");
    }

    @Test
    void repairs_and_says_what_that_gained() throws IOException {
        Path fixed = folder.resolve("fixed.onnx");
        Path page = folder.resolve("why.html");
        CommandLineRun run = explain("--fix", "--out", fixed.toString(), "--json", "--html", page.toString());
        assertThat(run.status()).as(run.err()).isZero();
        JsonNode tree = new ObjectMapper().readTree(run.out());
        assertThat(tree.path("findings").path(0).path("cause").asText()).isEqualTo("wrong-input-scale");
        assertThat(tree.path("fixed").path("outputDb").asDouble())
                .isGreaterThan(tree.path("outputDb").asDouble() + 15);
        assertThat(OnnxImporter.read(fixed).inputs()).containsExactly("x");
        assertThat(Files.readString(page)).contains("What is wrong", "the input&#39;s range is not the data&#39;s");
    }

    @Test
    void fix_without_a_file_is_a_wrong_option() {
        CommandLineRun run = explain("--fix");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--fix needs --out FILE");
    }

    @Test
    void another_model_is_refused_with_both_inputs_named() throws IOException {
        GraphBuilder g = new GraphBuilder("other");
        g.input("z", INPUT);
        g.output(g.add("y", new Unary(Unary.Kind.RELU), "z"));
        OnnxExporter.write(g.build(), broken);
        CommandLineRun run = explain();
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).contains("SHAPE_MISMATCH", "'x'", "'z'");
    }
}
