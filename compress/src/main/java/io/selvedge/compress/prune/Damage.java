package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far a changed graph's outputs are from the original's on a few samples:
 * {@code sum (y - y')^2 / sum (y - mean y)^2} over all samples and outputs. 0 is the original, 1 is as good as a constant. By the
 * reference evaluation, so that nothing is compiled; no labels are needed.
 */
public final class Damage {
    private final List<Map<String, Tensor>> samples;
    private final List<Map<String, Tensor>> wanted = new ArrayList<>();
    private final double variance;

    /** @param samples inputs, one at least */
    public Damage(Graph original, List<Map<String, Tensor>> samples) {
        this.samples = List.copyOf(samples);
        samples.forEach(sample -> wanted.add(ReferenceEvaluator.run(original, sample)));
        double sum = 0;
        double squares = 0;
        long count = 0;
        for (Map<String, Tensor> outputs : wanted) {
            for (Tensor output : outputs.values()) {
                for (double y : output.toDoubles()) {
                    sum += y;
                    squares += y * y;
                    count++;
                }
            }
        }
        this.variance = Math.max(squares - sum * sum / Math.max(1, count), 1e-30);
    }

    /** Of a graph with the same inputs and outputs; infinite when it computes what is no number. */
    public double of(Graph changed) {
        double error = 0;
        for (int i = 0; i < samples.size(); i++) {
            Map<String, Tensor> found = ReferenceEvaluator.run(changed, samples.get(i));
            for (Map.Entry<String, Tensor> output : wanted.get(i).entrySet()) {
                double[] y = output.getValue().toDoubles();
                double[] z = java.util.Objects.requireNonNull(found.get(output.getKey()))
                        .toDoubles();
                for (int k = 0; k < y.length; k++) {
                    error += (y[k] - z[k]) * (y[k] - z[k]);
                }
            }
        }
        return Double.isFinite(error) ? error / variance : Double.POSITIVE_INFINITY;
    }
}
