package io.selvedge.testkit.tflite;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ModelReader;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.onnx.ImportOptions;
import io.selvedge.compiler.onnx.OnnxExporter;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.tflite.TfliteCatalog;
import io.selvedge.compiler.tflite.TfliteImporter;
import io.selvedge.testkit.tflite.TfliteWriter.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Element types, names, shapes and quantisation of TFLite files, with values worked out by hand. */
class TfliteImporterTest {
    private static final Steps DATA = new Steps(0.5f, 10);

    private static Graph read(TfliteWriter writer) {
        return TfliteImporter.read(writer.bytes(), "net.tflite", ImportOptions.none());
    }

    private static float[] run(Graph graph, Tensor x) {
        Tensor plain = ReferenceEvaluator.run(graph, Map.of("x", x))
                .get(graph.outputs().getFirst());
        Graph fused = Compiler.fuse(Compiler.simplify(graph));
        assertThat(ReferenceEvaluator.run(fused, Map.of("x", x))
                        .get(graph.outputs().getFirst())
                        .toFloats())
                .containsExactly(plain.toFloats());
        return plain.toFloats();
    }

    private static Tensor tensor(DType dtype, IntToDoubleFunction value, long... extents) {
        return Tensor.filled(TensorType.of(dtype, extents), value);
    }

    /** {@code y = x · wT} of two values and two outputs; the weights as the caller stores them. */
    private static Graph dense(DType dtype, Tensor weights, Optional<Fields> quantization) {
        TfliteWriter w = new TfliteWriter();
        int x = w.input("x", DType.FLOAT32, 1, 2);
        int stored = w.constant("w", weights);
        quantization.ifPresent(steps -> w.table(stored).set(4, steps));
        int real = stored;
        if (dtype == DType.FLOAT16) {
            real = w.tensor("real", DType.FLOAT32, 2, 2);
            w.operator(6, 38, Fields.of(), new int[] {stored}, real);
        }
        int y = w.tensor("y", DType.FLOAT32, 1, 2);
        w.operator(9, 8, Fields.of().set(0, (byte) 0), new int[] {x, real, -1}, y);
        return read(w.output(y));
    }

    @Test
    void weights_of_every_element_type_stand_for_the_same_numbers() {
        Tensor x = Tensor.floats(new float[] {2, 4}, 1, 2);
        // w = [[1, 2], [-3, 0.5]]
        float[] want = {10, -4};
        float[] values = {1, 2, -3, 0.5f};
        assertThat(run(dense(DType.FLOAT32, tensor(DType.FLOAT32, i -> values[i], 2, 2), Optional.empty()), x))
                .containsExactly(want);
        assertThat(run(dense(DType.FLOAT16, tensor(DType.FLOAT16, i -> values[i], 2, 2), Optional.empty()), x))
                .containsExactly(want);
        Fields half = TfliteWriter.perChannel(0, new float[] {0.5f}, new long[] {0});
        assertThat(run(dense(DType.INT8, tensor(DType.INT8, i -> values[i] * 2, 2, 2), Optional.of(half)), x))
                .containsExactly(want);
        Fields rows = TfliteWriter.perChannel(0, new float[] {1, 0.5f}, new long[] {0, 0});
        int[] perRow = {1, 2, -6, 1};
        assertThat(run(dense(DType.INT8, tensor(DType.INT8, i -> perRow[i], 2, 2), Optional.of(rows)), x))
                .containsExactly(want);
        Fields shifted = TfliteWriter.perChannel(0, new float[] {0.5f}, new long[] {7});
        assertThat(run(dense(DType.UINT8, tensor(DType.UINT8, i -> values[i] * 2 + 7, 2, 2), Optional.of(shifted)), x))
                .containsExactly(want);
    }

    @Test
    void four_bit_weights_lie_two_to_a_byte() {
        Fields half = TfliteWriter.perChannel(0, new float[] {0.5f}, new long[] {0});
        TfliteWriter w = new TfliteWriter();
        int x = w.input("x", DType.FLOAT32, 1, 2);
        // 2, 4, -6 and 1: the first of two in the lower half.
        int stored = w.constant("w", tensor(DType.INT8, i -> i == 0 ? 0x42 : 0x1A, 2), half);
        w.table(stored).set(0, new int[] {2, 2}).set(1, (byte) 17);
        int y = w.tensor("y", DType.FLOAT32, 1, 2);
        w.operator(9, 8, Fields.of().set(0, (byte) 0), new int[] {x, stored, -1}, y);
        assertThat(run(read(w.output(y)), Tensor.floats(new float[] {2, 4}, 1, 2)))
                .containsExactly(10, -4);
    }

    @Test
    void unsigned_weights_around_another_zero_become_signed_ones_where_they_fit() {
        for (int zero : List.of(100, 5)) {
            TfliteWriter w = new TfliteWriter();
            int x = w.input("x", DType.UINT8, DATA, 1, 2);
            Tensor weights = tensor(DType.UINT8, i -> i == 3 ? 200 : 90 + i, 2, 2);
            int filter = w.constant("w", weights, TfliteWriter.perChannel(0, new float[] {0.25f}, new long[] {zero}));
            int y = w.tensor("y", DType.UINT8, new Steps(2, 128), 1, 2);
            w.operator(9, 8, Fields.of().set(0, (byte) 0), new int[] {x, filter, -1}, y);
            Graph graph = read(w.output(y));
            Tensor in = tensor(DType.UINT8, i -> i == 0 ? 12 : 18, 1, 2);
            // x stands for 1 and 4, the weights for (w - zero) / 4.
            double first = (90 - zero + 4 * (91 - zero)) / 4.0;
            double second = (92 - zero + 4 * (200 - zero)) / 4.0;
            assertThat(run(graph, in)).containsExactly((float) Math.rint(first / 2) + 128, (float)
                    Math.min(255, Math.rint(second / 2) + 128));
            assertThat(Compiler.fuse(Compiler.simplify(graph)).nodes())
                    .anyMatch(node -> node.op().type().equals("QConv") == (zero == 100));
        }
    }

    @Test
    void sixteen_bit_activations_are_rounded_to_their_steps() {
        TfliteWriter w = new TfliteWriter();
        int x = w.input("x", DType.INT16, new Steps(0.001f, 0), 1, 4);
        int y = w.tensor("y", DType.INT16, new Steps(0.01f, 0), 1, 4);
        w.operator(0, 11, Fields.of(), new int[] {x, x}, y);
        Tensor in = tensor(DType.INT16, i -> 10_000 * i - 15_000, 1, 4);
        assertThat(run(read(w.output(y)), in)).containsExactly(-3000, -1000, 1000, 3000);
    }

    @Test
    void names_of_inputs_and_outputs_stay_and_doubles_get_a_number() {
        TfliteWriter w = new TfliteWriter();
        int a = w.input("serving_default_x:0", DType.FLOAT32, 1, 3);
        int b = w.input("serving_default_x:0", DType.FLOAT32, 1, 3);
        int y = w.tensor("", DType.FLOAT32, 1, 3);
        w.operator(0, 11, Fields.of(), new int[] {a, b}, y);
        Graph graph = read(w.output(y, a));
        assertThat(graph.name()).isEqualTo("net");
        assertThat(graph.inputs()).containsExactly("serving_default_x:0", "serving_default_x:0_1");
        assertThat(graph.outputs()).containsExactly("tensor_2", "serving_default_x:0_0");
    }

    @Test
    void extents_that_callers_may_choose_are_one_unless_an_option_says_otherwise() {
        TfliteWriter w = new TfliteWriter();
        int x = w.input("x", DType.FLOAT32, 1, 3);
        w.table(x).set(7, new int[] {-1, 3});
        int y = w.tensor("y", DType.FLOAT32, 1, 3);
        w.operator(19, new int[] {x}, y);
        byte[] bytes = w.output(y).bytes();
        assertThat(extents(bytes, ImportOptions.none())).containsExactly(1, 3);
        assertThat(extents(bytes, new ImportOptions(Map.of("x:0", 5), Map.of())))
                .containsExactly(5, 3);
        assertThat(extents(bytes, new ImportOptions(Map.of(), Map.of("x", List.of(2, 7)))))
                .containsExactly(2, 7);
    }

    private static int[] extents(byte[] bytes, ImportOptions options) {
        return TfliteImporter.read(bytes, "net.tflite", options)
                .type("y")
                .shape()
                .extents();
    }

    @Test
    void content_tells_the_format_and_not_the_name(@TempDir Path folder) throws IOException {
        TfliteWriter w = new TfliteWriter();
        int x = w.input("x", DType.FLOAT32, 1, 3);
        int y = w.tensor("y", DType.FLOAT32, 1, 3);
        w.operator(19, new int[] {x}, y);
        Path misnamed = Files.write(folder.resolve("a.onnx"), w.output(y).bytes());
        assertThat(ModelReader.read(misnamed, ImportOptions.none()).inputs()).containsExactly("x");
        assertThat(ModelReader.declaredInputs(misnamed)).containsOnlyKeys("x");
        GraphBuilder g = new GraphBuilder("onnx");
        g.input("z", TensorType.of(DType.FLOAT32, 2));
        g.output(g.add("r", new Unary(Unary.Kind.RELU), "z"));
        Path other = folder.resolve("b.tflite");
        OnnxExporter.write(g.build(), other);
        assertThat(ModelReader.read(other, ImportOptions.none()).inputs()).containsExactly("z");
    }

    @Test
    void catalogue_has_every_number_once() {
        List<Integer> numbers = Stream.concat(
                        TfliteCatalog.SUPPORTED.stream().map(TfliteCatalog.Supported::number),
                        TfliteCatalog.REFUSED.stream().map(TfliteCatalog.Refused::number))
                .sorted()
                .toList();
        assertThat(numbers)
                .doesNotHaveDuplicates()
                .hasSize(162 - 1)
                .startsWith(0, 1, 2)
                .endsWith(160, 161);
    }
}
