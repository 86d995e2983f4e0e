package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** What a criterion reads: the weights of a group, slice by slice. */
final class Scores {
    private final Graph graph;
    private final Map<String, float[]> weights = new HashMap<>();

    Scores(Graph graph) {
        this.graph = graph;
    }

    float[] weights(Axis axis) {
        return weights.computeIfAbsent(
                axis.place().value(), name -> tensor(axis).toFloats());
    }

    private Tensor tensor(Axis axis) {
        return graph.constant(axis.place().value()).orElseThrow();
    }

    /** The elements that one position of a weight's axis holds. */
    float[] filter(Axis axis, int position) {
        float[] all = weights(axis);
        int[] elements = new Lane(tensor(axis).shape(), axis.index()).elements(position);
        float[] filter = new float[elements.length];
        for (int i = 0; i < filter.length; i++) {
            filter[i] = all[elements[i]];
        }
        return filter;
    }

    /**
     * For every slice {@code sum over the group's weights of outer(sum over the slice's elements of inner) / elements}: an average,
     * so that a layer with wide filters does not outvote the others.
     */
    double[] mean(Group group, ToDoubleFunction<float[]> sum, DoubleUnaryOperator outer) {
        double[] scores = new double[group.slices().size()];
        for (int s = 0; s < scores.length; s++) {
            for (Axis axis : group.roles().keySet()) {
                double total = 0;
                int elements = 0;
                for (Cell cell : group.slices().get(s).cells()) {
                    if (cell.axis().equals(axis)) {
                        float[] filter = filter(axis, cell.position());
                        total += sum.applyAsDouble(filter);
                        elements += filter.length;
                    }
                }
                scores[s] += outer.applyAsDouble(total / Math.max(1, elements));
            }
        }
        return scores;
    }

    /** Divided by their mean, so that groups can be compared: a score of 1 is an average channel of its group. */
    static double[] normalized(double[] scores) {
        double mean = Arrays.stream(scores).average().orElse(0);
        return mean > 0 && Double.isFinite(mean)
                ? Arrays.stream(scores).map(score -> score / mean).toArray()
                : scores.clone();
    }
}
