package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.explain.Cause;
import io.selvedge.compress.explain.Explainer;
import io.selvedge.compress.explain.Explanation;
import io.selvedge.compress.explain.Finding;
import io.selvedge.compress.explain.Repair;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trained keyword spotter, broken in six ways: what is wrong is named, and the repair brings the answers back. */
class BrokenModelsTest {
    private static final int CALIBRATION = 16;
    private static final int JUDGED = 100;

    @TempDir
    Path folder;

    private Graph healthy;
    private List<Map<String, Tensor>> samples;
    private List<Map<String, Tensor>> judged;

    @BeforeEach
    void read() {
        healthy = Compiler.simplify(RealModel.KEYWORDS.graph(folder));
        try (DataSource data = LabelledData.of(RealModel.KEYWORDS)) {
            Dataset all = data.evaluation().take(CALIBRATION + JUDGED, 5);
            List<Map<String, Tensor>> tensors = Samples.tensors(healthy, all);
            samples = tensors.subList(0, CALIBRATION);
            judged = tensors.subList(CALIBRATION, tensors.size());
        }
    }

    private Graph quantized(Graph graph) {
        return Quantizer.quantize(graph, Calibrator.calibrate(graph, samples, _ -> {}), Set.of());
    }

    /** Share of windows that are answered as by the healthy model, which the broken ones are in float. */
    private double agreement(Graph graph) {
        return IntStream.range(0, judged.size())
                        .parallel()
                        .filter(i -> answer(healthy, i) == answer(graph, i))
                        .count()
                / (double) judged.size();
    }

    private int answer(Graph graph, int sample) {
        float[] scores = ReferenceEvaluator.run(graph, judged.get(sample))
                .get(graph.outputs().getFirst())
                .toFloats();
        return IntStream.range(0, scores.length)
                .reduce((a, b) -> scores[b] > scores[a] ? b : a)
                .orElseThrow();
    }

    /** Explains, repairs, and gives what was found. */
    private List<Finding> repaired(Graph original, Graph broken) {
        Explainer explainer = new Explainer(original, samples, _ -> {});
        Explanation explanation = explainer.explain(broken);
        Repair.Result repair = Repair.run(explainer, broken, explanation);
        assertThat(agreement(repair.graph())).as("%s", repair.steps()).isGreaterThanOrEqualTo(0.99);
        assertThat(repair.explanation().outputDb().orElseThrow())
                .isGreaterThan(explanation.outputDb().orElseThrow() + 3);
        return explanation.findings();
    }

    private static String node(int number) {
        return "n_" + (number % 8 == 3 ? "conv" : "dwconv") + "_" + number;
    }

    /** The same factors for every run, in no order. */
    private static double apart(int channel, double most) {
        return Math.pow(most, channel * 37 % 64 / 63.0) / Math.sqrt(most);
    }

    @Test
    void depthwise_channels_a_hundred_times_apart() {
        Graph graph = Damage.scaleChannels(healthy, node(7), node(11), c -> apart(c, 100));
        Finding worst = repaired(graph, quantized(graph)).getFirst();
        assertThat(worst.cause()).isEqualTo(Cause.UNEQUAL_CHANNELS);
        assertThat(worst.layer()).isEqualTo(node(11));
    }

    @Test
    void one_outlier_channel() {
        Graph graph = Damage.scaleChannels(healthy, node(19), node(23), c -> c == 5 ? 60 : 1);
        Graph broken = Damage.perTensor(graph, quantized(graph), node(19)::equals);
        assertThat(repaired(graph, broken))
                .filteredOn(finding -> finding.layer().equals(node(19)))
                .first()
                .extracting(Finding::cause)
                .isEqualTo(Cause.OUTLIER_CHANNEL);
    }

    @Test
    void wrong_input_scale() {
        List<Map<String, Tensor>> other = new ArrayList<>();
        for (Map<String, Tensor> sample : samples) {
            Tensor x = sample.get("input");
            other.add(Map.of("input", Tensor.filled(x.type(), i -> x.getFloat(i) / 16)));
        }
        Graph broken = Quantizer.quantize(healthy, Calibrator.calibrate(healthy, other, _ -> {}), Set.of());
        assertThat(repaired(healthy, broken).getFirst().cause()).isEqualTo(Cause.WRONG_INPUT_SCALE);
    }

    @Test
    void one_weight_scale_for_all_channels_of_depthwise_layers() {
        Graph graph = Damage.scaleChannels(healthy, node(7), node(11), c -> apart(c, 30));
        Graph broken = Damage.perTensor(graph, quantized(graph), name -> name.contains("dwconv"));
        assertThat(repaired(graph, broken))
                .filteredOn(finding -> finding.layer().equals(node(7)))
                .first()
                .extracting(Finding::cause)
                .isEqualTo(Cause.PER_TENSOR_DEPTHWISE);
    }

    @Test
    void saturating_calibration() {
        Ranges ranges = Calibrator.calibrate(healthy, samples, _ -> {});
        Ranges narrow = Damage.stretch(ranges, value -> value.equals("relu_8") || value.equals("relu_20"), 0.15f);
        Graph broken = Quantizer.quantize(healthy, narrow, Set.of());
        assertThat(repaired(healthy, broken).getFirst().cause()).isEqualTo(Cause.SATURATION);
    }

    @Test
    void mismatched_ranges_at_a_concat() {
        Graph graph = Damage.splitAndConcat(healthy, node(11), node(15), 100);
        Finding worst = repaired(graph, quantized(graph)).getFirst();
        assertThat(worst.cause()).isEqualTo(Cause.MISMATCHED_RANGES);
        assertThat(worst.detail()).contains("n_conv_11_concat");
    }
}
