package io.selvedge.compress.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gemm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EqualizedInputsTest {
    private static final double[] METRES_AND_PASCALS = {0.03, 2, 0, 101_325};
    private static final int OUTPUTS = 6;

    private static Graph anchored(Op op, TensorType input, long... weights) {
        GraphBuilder g = new GraphBuilder("anchored");
        g.input("x", input);
        Random random = new Random(5);
        g.constant("w", Tensor.filled(TensorType.of(DType.FLOAT32, weights), _ -> random.nextGaussian()));
        g.constant("b", Tensor.filled(TensorType.of(DType.FLOAT32, OUTPUTS), _ -> random.nextGaussian()));
        g.add("y", op, "x", "w", "b");
        g.output("y");
        return g.build();
    }

    private static Graph gemm(boolean transB) {
        TensorType input = TensorType.of(DType.FLOAT32, 1, 4);
        return transB
                ? anchored(new Gemm(1, 1, false, true), input, OUTPUTS, 4)
                : anchored(new Gemm(1, 1, false, false), input, 4, OUTPUTS);
    }

    /** Channels of the given magnitudes. */
    private static List<Map<String, Tensor>> samples(Graph graph, double... magnitudes) {
        Random random = new Random(7);
        TensorType type = graph.type("x");
        int plane = Math.toIntExact(type.shape().elements()) / magnitudes.length;
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            samples.add(Map.of(
                    "x",
                    Tensor.filled(
                            type, k -> magnitudes[k / plane % magnitudes.length] * (2 * random.nextDouble() - 1))));
        }
        return samples;
    }

    private static Ranges calibrated(Graph graph, List<Map<String, Tensor>> samples) {
        return Calibrator.calibrate(graph, samples, _ -> {});
    }

    private static EqualizedInputs equalized(Graph graph, double... magnitudes) {
        return EqualizedInputs.of(graph, calibrated(graph, samples(graph, magnitudes)), Set.of());
    }

    private static void assertComputesTheSame(Graph before, Graph after, double... magnitudes) {
        Verifier.verify(after);
        for (Map<String, Tensor> sample : samples(before, magnitudes)) {
            Tensor want = ReferenceEvaluator.run(before, sample).get("y");
            Tensor got = ReferenceEvaluator.run(after, sample).get("y");
            for (int i = 0; i < want.elements(); i++) {
                assertThat(got.getDouble(i))
                        .isCloseTo(want.getDouble(i), within(1e-5 * (1 + Math.abs(want.getDouble(i)))));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void channels_of_a_product_of_matrices_get_one_magnitude_and_the_result_stays(boolean transB) {
        Graph before = gemm(transB);
        EqualizedInputs after = equalized(before, METRES_AND_PASCALS);
        assertThat(after.graph().nodes()).hasSize(2);
        Range range = after.ranges().of("x_equalized");
        float largest = after.ranges().of("x").channels().get(3).magnitude();
        assertThat(range.channels()).extracting(Range.Channel::magnitude).satisfies(magnitudes -> {
            assertThat(magnitudes.get(0)).isCloseTo(largest, within(1e-5f * largest));
            assertThat(magnitudes.get(1)).isCloseTo(largest, within(1e-5f * largest));
            assertThat(magnitudes.get(2)).isZero();
            assertThat(magnitudes.get(3)).isEqualTo(largest);
        });
        assertThat(Math.max(-range.lo(), range.hi())).isCloseTo(largest, within(1e-5f * largest));
        assertComputesTheSame(before, after.graph(), METRES_AND_PASCALS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void channels_of_a_convolution_get_one_magnitude_and_the_result_stays(int group) {
        Conv conv = new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), group);
        int outputs = group == 4 ? 4 : OUTPUTS;
        GraphBuilder g = new GraphBuilder("conv");
        g.input("x", TensorType.of(DType.FLOAT32, 1, 4, 5, 3));
        Random random = new Random(5);
        TensorType weights = TensorType.of(DType.FLOAT32, outputs, 4 / group, 3, 3);
        g.constant("w", Tensor.filled(weights, _ -> random.nextGaussian()));
        g.add("y", conv, "x", "w");
        g.output("y");
        Graph before = g.build();
        EqualizedInputs after = equalized(before, 1, 20, 3, 100);
        assertThat(after.graph().nodes()).hasSize(2);
        assertComputesTheSame(before, after.graph(), 1, 20, 3, 100);
    }

    @Test
    void small_channel_survives_quantisation() {
        GraphBuilder g = new GraphBuilder("units");
        g.input("x", TensorType.of(DType.FLOAT32, 1, 2));
        g.constant("w", Tensor.floats(new float[] {1000, 0.1f}, 1, 2));
        g.constant("b", Tensor.floats(new float[] {0}, 1));
        g.add("y", new Gemm(1, 1, false, true), "x", "w", "b");
        g.output("y");
        Graph graph = g.build();
        List<Map<String, Tensor>> samples = samples(graph, 0.01, 100);
        Graph quantized = Quantizer.quantize(graph, calibrated(graph, samples), Set.of());
        double signal = 0;
        double noise = 0;
        for (Map<String, Tensor> sample : samples) {
            double want = ReferenceEvaluator.run(graph, sample).get("y").getDouble(0);
            double got = ReferenceEvaluator.run(quantized, sample).get("y").getDouble(0);
            signal += want * want;
            noise += (want - got) * (want - got);
        }
        // One scale for both would round the first channel, which makes half of the result, to 0: 3 dB.
        assertThat(10 * Math.log10(signal / noise)).isGreaterThan(35);
    }

    @Test
    void channels_that_are_alike_are_left_alone() {
        Graph before = gemm(true);
        assertThat(equalized(before, 1, 1.5, 1.2, 1.7).graph()).isSameAs(before);
    }

    @Test
    void input_of_a_layer_that_stays_in_float_is_left_alone() {
        Graph before = gemm(true);
        Ranges ranges = calibrated(before, samples(before, METRES_AND_PASCALS));
        assertThat(EqualizedInputs.of(before, ranges, Set.of("y")).graph()).isSameAs(before);
    }

    @Test
    void input_that_something_else_reads_is_left_alone() {
        GraphBuilder g = new GraphBuilder("shared");
        g.input("x", TensorType.of(DType.FLOAT32, 1, 4));
        g.constant("w", Tensor.filled(TensorType.of(DType.FLOAT32, 4, 4), i -> i));
        g.add("p", new Gemm(1, 1, false, true), "x", "w");
        g.add("y", new Binary(Binary.Kind.ADD), "p", "x");
        g.output("y");
        Graph before = g.build();
        assertThat(equalized(before, METRES_AND_PASCALS).graph()).isSameAs(before);
    }

    @Test
    void two_layers_on_one_input_both_take_the_factors_back() {
        GraphBuilder g = new GraphBuilder("two");
        g.input("x", TensorType.of(DType.FLOAT32, 1, 4));
        g.constant("w", Tensor.filled(TensorType.of(DType.FLOAT32, 3, 4), i -> 1 + i));
        g.add("p", new Gemm(1, 1, false, true), "x", "w");
        g.add("q", new Gemm(1, 1, false, true), "x", "w");
        g.add("y", new Binary(Binary.Kind.SUB), "p", "q");
        g.output("y");
        Graph before = g.build();
        EqualizedInputs after = equalized(before, METRES_AND_PASCALS);
        assertThat(after.graph().nodes()).hasSize(4);
        assertComputesTheSame(before, after.graph(), METRES_AND_PASCALS);
    }
}
