package io.selvedge.train.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import io.selvedge.train.TrainListener;
import io.selvedge.train.TrainOptions;
import io.selvedge.train.TrainRequest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class GradientsTest {
    private static final double STEP = 2e-3;

    @Test
    void importance_is_what_the_reference_says_the_loss_changes_by() {
        Graph net = SmallTask.net(4, 3, true, false);
        Dataset samples = SmallTask.stripes(8, 1);
        TrainingData data = TrainingData.split(samples, 0, 1, false, true, false);
        TrainRequest request = new TrainRequest(net, TrainOptions.of(1, 1), Path.of("unused"));
        Map<String, Tensor> importance = Gradients.taylor(request, data, 5, TrainListener.SILENT);
        assertThat(importance)
                .containsOnlyKeys("w0", "b0", "one0", "zero0", "w1", "b1", "one1", "zero1", "dense", "bias");
        for (String name : new String[] {"w0", "one1", "dense", "zero1"}) {
            Tensor values = net.constant(name).orElseThrow();
            for (int i = 0; i < values.elements(); i += 5) {
                int at = i;
                double slope = (loss(net, name, at, STEP, samples) - loss(net, name, at, -STEP, samples)) / (2 * STEP);
                double wanted = Math.abs(slope * values.getDouble(at));
                assertThat(importance.get(name).getDouble(at))
                        .as(name + at)
                        .isCloseTo(wanted, within(1e-2 * (0.02 + wanted)));
            }
        }
    }

    private static double loss(Graph net, String name, int index, double step, Dataset data) {
        Map<String, Tensor> constants = new LinkedHashMap<>(net.constants());
        Tensor values = net.constant(name).orElseThrow();
        constants.put(name, Tensor.filled(values.type(), i -> values.getDouble(i) + (i == index ? step : 0)));
        Graph moved = net.with(net.nodes(), constants, net.types());
        double sum = 0;
        for (int s = 0; s < data.size(); s++) {
            Sample sample = data.get(s);
            Tensor x = Tensor.floats(sample.inputs().get("x"), 1, 1, 8, 8);
            double[] scores =
                    ReferenceEvaluator.run(moved, Map.of("x", x)).get("scores").toDoubles();
            double exponentials = 0;
            for (double score : scores) {
                exponentials += Math.exp(score);
            }
            sum += Math.log(exponentials) - scores[sample.label().getAsInt()];
        }
        return sum / data.size();
    }
}
