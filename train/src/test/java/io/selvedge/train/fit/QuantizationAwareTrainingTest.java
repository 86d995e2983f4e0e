package io.selvedge.train.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.quant.ActivationGrid;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Levels;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import io.selvedge.compress.quant.WeightGrid;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import io.selvedge.train.TrainResult;
import io.selvedge.train.Treatment;
import io.selvedge.train.graph.NativeTensor;
import io.selvedge.train.graph.TrainableGraph;
import io.selvedge.train.graph.TreatmentHook;
import io.selvedge.train.quant.QuantizationAwareTraining;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What training sees is what the quantised graph computes. */
final class QuantizationAwareTrainingTest {
    private static final Dataset DATA = SmallTask.stripes(600, 1);

    @TempDir
    private Path folder;

    private static List<Map<String, Tensor>> samples(int count) {
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(Map.of("x", Tensor.floats(DATA.get(i).inputs().get("x"), 1, 1, 8, 8)));
        }
        return samples;
    }

    private static QuantizationAwareTraining of(Graph graph, WeightGrid weights, ActivationGrid activations) {
        Ranges ranges = Calibrator.calibrate(graph, samples(40), _ -> {});
        return new QuantizationAwareTraining(
                graph, ranges, Levels.of(Quantizer.quantizableNodes(graph), weights, activations));
    }

    private TrainResult train(
            Graph student, Optional<Graph> teacher, TrainOptions options, List<Treatment> treatments) {
        TrainRequest request =
                new TrainRequest(student, teacher, options, treatments, folder.resolve("at" + treatments.size()));
        TrainingData data = TrainingData.split(DATA, 0.1, 1, false, true, false);
        try (Trainer trainer = new Trainer(request, data, TrainListener.SILENT, () -> false)) {
            return trainer.run();
        }
    }

    /** Mean of squared differences over the samples, as a share of the squares of {@code a}. */
    private static double difference(List<float[]> a, List<float[]> b) {
        double sum = 0;
        double all = 0;
        for (int s = 0; s < a.size(); s++) {
            for (int i = 0; i < a.get(s).length; i++) {
                sum += Math.pow(a.get(s)[i] - b.get(s)[i], 2);
                all += Math.pow(a.get(s)[i], 2);
            }
        }
        return sum / all;
    }

    private static List<float[]> reference(Graph graph) {
        return samples(30).stream()
                .map(sample ->
                        ReferenceEvaluator.run(graph, sample).get("scores").toFloats())
                .toList();
    }

    private static List<float[]> inTraining(Graph graph, List<Treatment> treatments) {
        List<float[]> outputs = new ArrayList<>();
        try (TrainableGraph net = TrainableGraph.of(graph, false);
                TreatmentHook hook = new TreatmentHook(treatments)) {
            for (Map<String, Tensor> sample : samples(30)) {
                try (PointerScope _ = new PointerScope()) {
                    outputs.add(NativeTensor.toFloats(net.run(
                                    Map.of(
                                            "x",
                                            NativeTensor.floats(sample.get("x").toFloats(), 1, 1, 8, 8)),
                                    true,
                                    hook)
                            .get("scores")));
                }
            }
        }
        return outputs;
    }

    @Test
    void the_fake_quantised_run_is_the_quantised_graph() {
        Graph graph = Compiler.simplify(SmallTask.net(8, 3, true, false));
        List<float[]> plain = reference(graph);
        for (WeightGrid weights : WeightGrid.values()) {
            for (ActivationGrid activations : ActivationGrid.values()) {
                QuantizationAwareTraining training = of(graph, weights, activations);
                List<float[]> seen = inTraining(graph, training.treatments());
                List<float[]> exported = reference(training.quantized(graph, Map.of()));
                // Sums are of floats in both, so that the last bit of one may differ, and with it, once in a while, a
                // code.
                assertThat(difference(exported, seen))
                        .as("%s and %s", weights, activations)
                        .isLessThan(difference(plain, seen) / 1000);
            }
        }
    }

    @Test
    void training_recovers_what_few_levels_lose_and_moves_the_scales() {
        Graph untrained = SmallTask.net(8, 3, true, false);
        Graph graph = Compiler.simplify(train(untrained, Optional.empty(), TrainOptions.of(6, 1), List.of())
                .graph());
        QuantizationAwareTraining training = of(graph, WeightGrid.INT4, ActivationGrid.LOG);
        TrainOptions options = TrainOptions.of(2, 1).withRestoredBatchNorm(false);
        TrainResult result = train(graph, Optional.of(graph), options, training.treatments());
        assertThat(result.learned()).containsKey("dense");
        Graph quantized = training.quantized(result);
        Dataset unseen = SmallTask.stripes(300, 2);
        assertThat(SmallTask.accuracy(quantized, unseen))
                .isGreaterThanOrEqualTo(SmallTask.accuracy(graph, unseen) - 0.03);
        // What was trained for is what was exported, with the weights and scales that training left.
        List<Treatment> trained = new QuantizationAwareTraining(result.graph(), training.ranges(), training.levels())
                .treatments().stream()
                        .map(t -> t instanceof Treatment.FakeQuantization fake
                                        && result.learned().containsKey(fake.value())
                                ? new Treatment.FakeQuantization(
                                        fake.value(),
                                        fake.scheme(),
                                        fake.bits(),
                                        fake.signed(),
                                        fake.axis(),
                                        result.learned().get(fake.value()),
                                        fake.zeroPoint(),
                                        false)
                                : t)
                        .toList();
        assertThat(difference(reference(quantized), inTraining(result.graph(), trained)))
                .isLessThan(1e-3);
    }
}
