package io.selvedge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.bench.tflite.TfliteExporter;
import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Activation;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.ConvTranspose;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.testkit.net.Network;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that the writer made, read back by our importer and run by TFLite itself. */
class TfliteExporterTest {
    static Stream<Graph> graphs() {
        return Stream.of(
                        network("mobilenet_v1_025_96"),
                        network("fc_autoencoder"),
                        network("gemm_128x384x1536"),
                        branches())
                .map(Compiler::simplify);
    }

    private static Graph network(String name) {
        return Network.named(name).orElseThrow().graph();
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void float_file_gives_the_graphs_numbers(Graph graph) {
        Sample sample = Sample.random(graph, 3);
        float[] want = reference(graph, sample);
        byte[] file = TfliteExporter.write(graph);
        TfliteForm form = TfliteForm.of(graph, "case");
        assertThat(distance(form.output(reference(form.graph(), form.sample(sample)), 0), want))
                .isLessThan(1e-5);
        try (Contender theirs = form.contender(sample)) {
            theirs.run();
            assertThat(distance(theirs.outputs()[0], want)).isLessThan(1e-5);
        }
        assertThat(file).isEqualTo(form.file());
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void quantised_file_gives_the_quantised_graphs_steps(Graph graph) {
        Graph quantized = quantized(graph);
        Sample sample = Sample.random(quantized, 4);
        float[] want = reference(quantized, sample);
        TfliteForm form = TfliteForm.of(quantized, "case");
        // Where TFLite rounds once more or less than ONNX says, a result is a few steps of some hundred off.
        assertThat(distance(form.output(reference(form.graph(), form.sample(sample)), 0), want))
                .isLessThan(0.02);
        try (Contender theirs = form.contender(sample)) {
            theirs.run();
            assertThat(distance(theirs.outputs()[0], want)).isLessThan(0.02);
        }
        assertThat(new String(form.file(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains("_quantized");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit_tiny", "conv3x3_7_512to512_nhwc"})
    void what_has_no_tflite_form_is_named(String name) {
        Graph graph = Compiler.simplify(network(name));
        assertThatThrownBy(() -> TfliteExporter.write(graph))
                .hasMessageContaining("no TFLite form of")
                .hasMessageContaining("'");
    }

    @Test
    void elements_that_nhwc_would_move_are_refused() {
        GraphBuilder builder = new GraphBuilder("moves");
        String x = builder.input("x", TensorType.of(DType.FLOAT32, 1, 2, 3, 4));
        String shape = builder.constant("shape", Tensor.longs(new long[] {1, 24}, 2));
        builder.output(builder.add("flat", new io.selvedge.compiler.op.Reshape(false), x, shape));
        assertThatThrownBy(() -> TfliteExporter.write(builder.build())).hasMessageContaining("would move elements");
    }

    private static Graph quantized(Graph graph) {
        Sample sample = Sample.random(graph, 5);
        return Quantizer.quantize(
                graph, Calibrator.calibrate(graph, List.of(tensors(graph, sample)), _ -> {}), Set.of());
    }

    private static float[] reference(Graph graph, Sample sample) {
        return ReferenceEvaluator.run(graph, tensors(graph, sample))
                .get(graph.outputs().getFirst())
                .toFloats();
    }

    private static Map<String, Tensor> tensors(Graph graph, Sample sample) {
        Map<String, Tensor> tensors = new HashMap<>();
        sample.bytes().forEach((name, bytes) -> {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(0, copy);
            tensors.put(name, Tensor.of(graph.type(name), copy));
        });
        return tensors;
    }

    /** {@code max |a - b| / max |b|}. */
    private static double distance(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        return BenchResult.maxError(new float[][] {a}, new float[][] {b});
    }

    /** Pads of all kinds, a residual sum, a squeeze and excitation, two ways of growing, one output of four axes. */
    private static Graph branches() {
        SplittableRandom random = new SplittableRandom(7);
        GraphBuilder b = new GraphBuilder("branches");
        String x = b.input("x", TensorType.of(DType.FLOAT32, 1, 3, 16, 20));
        String first = relu(b, conv(b, random, x, 8, 3, 2, 1, List.of(1, 1, 1, 1)));
        String pooled = b.add(
                "maxpool",
                new Pool(Pool.Kind.MAX, List.of(3, 3), List.of(2, 2), List.of(1, 1, 1, 1), List.of(1, 1), false, false),
                first);
        String left = relu(b, conv(b, random, pooled, 8, 3, 1, 8, List.of(1, 1, 1, 1)));
        String sum = relu(b, b.add("sum", new Binary(Binary.Kind.ADD), left, pooled));
        String means = b.add("means", new GlobalPool(Pool.Kind.AVERAGE), sum);
        String gate = b.add(
                "gate",
                new Activation(Activation.Kind.HARD_SIGMOID, 0.2f, 0.5f),
                conv(b, random, means, 8, 1, 1, 1, List.of(0, 0, 0, 0)));
        String gated = b.add("gated", new Binary(Binary.Kind.MUL), sum, gate);
        String swish = b.add("swish", new Unary(Unary.Kind.HARD_SWISH), gated);
        String w = weights(b, random, 8, 8, 2, 2);
        String grown = b.add(
                "grown",
                new ConvTranspose(List.of(2, 2), List.of(0, 0, 0, 0), List.of(1, 1), List.of(0, 0), 1),
                swish,
                w,
                weights(b, random, 8));
        String average = b.add(
                "average",
                new Pool(
                        Pool.Kind.AVERAGE,
                        List.of(2, 2),
                        List.of(1, 1),
                        List.of(0, 0, 1, 1),
                        List.of(1, 1),
                        false,
                        false),
                first);
        String both = b.add("both", new Concat(1), grown, average);
        b.output(conv(b, random, both, 2, 3, 1, 1, List.of(0, 0, 0, 0)));
        return b.build();
    }

    private static String relu(GraphBuilder b, String x) {
        return b.add("relu", new Unary(Unary.Kind.RELU), x);
    }

    private static String conv(
            GraphBuilder b,
            SplittableRandom random,
            String x,
            int to,
            int k,
            int stride,
            int group,
            List<Integer> pads) {
        int from = b.type(x).shape().extent(1) / group;
        Conv conv = new Conv(List.of(stride, stride), pads, List.of(1, 1), group);
        return b.add("conv", conv, x, weights(b, random, to, from, k, k), weights(b, random, to));
    }

    private static String weights(GraphBuilder b, SplittableRandom random, long... extents) {
        return b.constant("w", Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ -> random.nextDouble(-0.4, 0.4)));
    }
}
