package io.selvedge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gemm;
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

/** Layers in oneDNN give the numbers of the graph. */
class OneDnnContenderTest {
    static Stream<Graph> layers() {
        return Stream.of(conv(1, 3, 2), conv(20, 3, 1), conv(1, 1, 1), product(true), product(false));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void float_layers_agree_with_the_reference(Graph layer) {
        Sample sample = Sample.random(layer, 2);
        assertThat(BenchResult.maxError(run(layer, sample), reference(layer, sample)))
                .isLessThan(1e-5);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void quantised_layers_are_within_one_step_of_the_reference(Graph layer) {
        Sample calibration = Sample.random(layer, 3);
        Graph quantized = Quantizer.quantize(
                layer, Calibrator.calibrate(layer, List.of(tensors(layer, calibration)), _ -> {}), Set.of());
        Graph integers = QuantizedForm.withIntegerEnds(quantized);
        assertThat(integers.type(integers.inputs().getFirst()).dtype()).isEqualTo(DType.UINT8);
        assertThat(integers.type(integers.outputs().getFirst()).dtype()).isEqualTo(DType.UINT8);
        Sample sample = Sample.random(integers, 4);
        float[] ours = reference(integers, sample)[0];
        float[] theirs = run(integers, sample)[0];
        assertThat(theirs).hasSameSizeAs(ours);
        for (int i = 0; i < ours.length; i++) {
            assertThat(theirs[i]).isCloseTo(ours[i], org.assertj.core.data.Offset.offset(1f));
        }
        assertThat(ours)
                .doesNotContain(Float.NaN)
                .satisfies(values -> assertThat(java.util.stream.IntStream.range(0, values.length)
                                .mapToObj(i -> values[i])
                                .distinct())
                        .hasSizeGreaterThan(20));
    }

    @Test
    void more_than_one_layer_is_refused() {
        Graph net =
                Compiler.simplify(Network.named("fc_autoencoder").orElseThrow().graph());
        assertThatThrownBy(() -> new OneDnnContender(net, Sample.random(net, 1)))
                .hasMessageContaining("oneDNN runs single layers here");
    }

    private static float[][] run(Graph layer, Sample sample) {
        try (OneDnnContender contender = new OneDnnContender(layer, sample)) {
            contender.run();
            return contender.outputs();
        }
    }

    private static float[][] reference(Graph graph, Sample sample) {
        Tensor output = ReferenceEvaluator.run(graph, tensors(graph, sample))
                .get(graph.outputs().getFirst());
        return new float[][] {output.toFloats()};
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

    private static Graph conv(int group, int kernel, int stride) {
        SplittableRandom random = new SplittableRandom(kernel);
        GraphBuilder b = new GraphBuilder("conv");
        String x = b.input("x", TensorType.of(DType.FLOAT32, 1, 20, 9, 11));
        int pad = kernel / 2;
        Conv conv = new Conv(List.of(stride, stride), List.of(pad, pad, pad, pad), List.of(1, 1), group);
        String y = b.add("y", conv, x, weights(b, random, 20, 20 / group, kernel, kernel), weights(b, random, 20));
        b.output(b.add("relu", new Unary(Unary.Kind.RELU), y));
        return b.build();
    }

    private static Graph product(boolean transposed) {
        SplittableRandom random = new SplittableRandom(5);
        GraphBuilder b = new GraphBuilder("product");
        String x = b.input("x", TensorType.of(DType.FLOAT32, 7, 40));
        String w = transposed ? weights(b, random, 30, 40) : weights(b, random, 40, 30);
        b.output(b.add("y", new Gemm(1, 1, false, transposed), x, w, weights(b, random, 30)));
        return b.build();
    }

    private static String weights(GraphBuilder b, SplittableRandom random, long... extents) {
        return b.constant("w", Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ -> random.nextDouble(-1, 1)));
    }
}
