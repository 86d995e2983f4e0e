package io.selvedge.compress.quant;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EqualizedLayersTest {
    private static final TensorType INPUT = TensorType.of(DType.FLOAT32, 1, 4, 6, 6);
    private final Random random = new Random(11);

    /** What channel c of a spread layer is multiplied with: 100 times from the smallest to the largest. */
    private static double spread(int channel) {
        return Math.pow(100, channel / 3.0) / 10;
    }

    private String conv(GraphBuilder g, String name, String x, int outputs, int group, boolean spread, String reads) {
        int inputs = g.type(x).shape().extent(1);
        TensorType type = TensorType.of(DType.FLOAT32, outputs, inputs / group, 3, 3);
        int row = type.shape().extent(1) * 9;
        String w = g.constant(
                name + "_w",
                Tensor.filled(
                        type,
                        i -> random.nextGaussian()
                                * (spread ? spread(i / row) : 1)
                                / (reads.isEmpty() ? 1 : spread(i / 9 % inputs))));
        String b = g.constant(
                name + "_b", Tensor.filled(TensorType.of(DType.FLOAT32, outputs), i -> spread ? spread(i) : 0.5));
        return g.add(name, new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), group), x, w, b);
    }

    /** Dense, depthwise with channels far apart, dense. */
    private Graph separable() {
        GraphBuilder g = new GraphBuilder("separable");
        g.input("x", INPUT);
        String first = g.add("r1", new Unary(Unary.Kind.RELU), conv(g, "first", "x", 4, 1, false, ""));
        String depth = g.add("r2", new Unary(Unary.Kind.RELU), conv(g, "depth", first, 4, 4, true, ""));
        g.output(conv(g, "last", depth, 4, 1, false, "spread"));
        return g.build();
    }

    private List<Map<String, Tensor>> samples(int count) {
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(Map.of("x", Tensor.filled(INPUT, _ -> random.nextGaussian())));
        }
        return samples;
    }

    private static EqualizedLayers equalized(Graph graph, List<Map<String, Tensor>> samples) {
        return EqualizedLayers.of(graph, Calibrator.calibrate(graph, samples, _ -> {}));
    }

    private static void assertSameBits(Graph before, Graph after, List<Map<String, Tensor>> samples) {
        Verifier.verify(after);
        for (Map<String, Tensor> sample : samples) {
            assertThat(ReferenceEvaluator.run(after, sample)).isEqualTo(ReferenceEvaluator.run(before, sample));
        }
    }

    @Test
    void channels_far_apart_come_together_and_the_model_computes_the_same_bits() {
        Graph graph = separable();
        List<Map<String, Tensor>> samples = samples(8);
        EqualizedLayers layers = equalized(graph, samples);
        assertThat(layers.factors()).containsKeys("depth", "r2");
        assertSameBits(graph, layers.graph(), samples);
        Ranges after = Calibrator.calibrate(
                layers.graph(), samples, layers.source(ActivationSource.reference(graph)), _ -> {});
        assertThat(spreadOf(after.of("r2"))).isLessThan(12);
        assertThat(spreadOf(Calibrator.calibrate(graph, samples, _ -> {}).of("r2")))
                .isGreaterThan(40);
    }

    private static double spreadOf(Range range) {
        List<Float> magnitudes =
                range.channels().stream().map(Range.Channel::magnitude).sorted().toList();
        return magnitudes.getLast() / magnitudes.getFirst();
    }

    @Test
    void scaled_activations_are_those_that_the_scaled_graph_makes() {
        Graph graph = separable();
        List<Map<String, Tensor>> samples = samples(2);
        EqualizedLayers layers = equalized(graph, samples);
        Map<String, Tensor> made = new java.util.HashMap<>();
        ReferenceEvaluator.run(layers.graph(), samples.getFirst(), made::put);
        layers.source(ActivationSource.reference(graph))
                .run(samples.getFirst(), (name, value) -> assertThat(value).isEqualTo(made.get(name)));
    }

    @Test
    void branches_of_a_sum_and_of_a_concat_are_scaled_together() {
        GraphBuilder g = new GraphBuilder("branches");
        g.input("x", INPUT);
        String a = conv(g, "a", "x", 4, 1, true, "");
        String b = conv(g, "b", "x", 4, 1, true, "");
        String sum = g.add("sum", new Binary(Binary.Kind.ADD), a, b);
        String c = conv(g, "c", "x", 4, 1, false, "");
        String both = g.add("both", new Concat(1), sum, c);
        g.output(conv(g, "y", both, 2, 1, false, ""));
        Graph graph = g.build();
        List<Map<String, Tensor>> samples = samples(4);
        EqualizedLayers layers = equalized(graph, samples);
        assertThat(layers.factors()).containsKeys("a", "b", "sum", "both");
        assertThat(layers.factors().get("a")).isEqualTo(layers.factors().get("b"));
        assertThat(layers.factors().get("both")).startsWith(layers.factors().get("sum"));
        assertSameBits(graph, layers.graph(), samples);
    }

    @Test
    void what_is_not_homogeneous_or_leaves_the_graph_stays() {
        GraphBuilder g = new GraphBuilder("fixed");
        g.input("x", INPUT);
        String a = g.add("s", new Unary(Unary.Kind.TANH), conv(g, "a", "x", 4, 1, true, ""));
        String b = conv(g, "b", a, 4, 1, true, "");
        g.output(b);
        g.output(conv(g, "c", b, 4, 1, false, ""));
        Graph graph = g.build();
        assertThat(equalized(graph, samples(2)).graph()).isSameAs(graph);
    }

    @Test
    void the_choice_takes_it_where_a_scale_for_all_channels_would_lose_the_small_ones() {
        Graph graph = separable();
        List<Map<String, Tensor>> samples = samples(24);
        Calibration calibration = Calibration.of(graph, samples, 8, ActivationSource.reference(graph), _ -> {});
        CorrectionChoice.Result choice = CorrectionChoice.choose(calibration);
        assertThat(choice.corrections().equalizeLayers())
                .as("%s", choice.trials())
                .isTrue();
        OutputNoise noise = new OutputNoise(graph, samples(8));
        double plain = mean(noise.of(Quantizer.quantize(graph, calibration.plan(Corrections.PLAIN), Set.of())));
        double chosen = mean(noise.of(Quantizer.quantize(graph, calibration.plan(choice.corrections()), Set.of())));
        assertThat(chosen).isLessThan(plain - 3);
    }

    private static double mean(double[] values) {
        return java.util.Arrays.stream(values).average().orElseThrow();
    }

    @Test
    void a_matrix_behind_a_flattened_picture_takes_each_channels_factor_for_all_of_its_places() {
        GraphBuilder g = new GraphBuilder("flat");
        g.input("x", INPUT);
        String a = conv(g, "a", "x", 4, 1, true, "");
        String flat = g.add("flat", new io.selvedge.compiler.op.Flatten(1), a);
        String w = g.constant("w", Tensor.filled(TensorType.of(DType.FLOAT32, 3, 144), _ -> random.nextGaussian()));
        g.output(g.add("y", new Gemm(1, 1, false, true), flat, w));
        Graph graph = g.build();
        List<Map<String, Tensor>> samples = samples(3);
        EqualizedLayers layers = equalized(graph, samples);
        assertThat(layers.factors()).containsKeys("a", "flat");
        assertSameBits(graph, layers.graph(), samples);
    }
}
