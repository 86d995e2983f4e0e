package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code sum over the other channels of ||f - f'||}, f being all weights that write the channel: the filter nearest to all others
 * says least that they do not say.
 *
 * @see <a href="https://arxiv.org/abs/1811.00250">He et al., Filter Pruning via Geometric Median</a>
 */
public record GeometricMedian() implements Criterion {
    @Override
    public String name() {
        return "median";
    }

    @Override
    public double[] scores(Graph graph, Group group) {
        Scores weights = new Scores(graph);
        List<List<float[]>> filters = new ArrayList<>();
        for (Slice slice : group.slices()) {
            List<float[]> own = new ArrayList<>();
            for (Cell cell : slice.cells()) {
                if (group.roles().get(cell.axis()) == Role.WRITES) {
                    own.add(weights.filter(cell.axis(), cell.position()));
                }
            }
            filters.add(own);
        }
        double[] scores = new double[filters.size()];
        for (int a = 0; a < scores.length; a++) {
            for (int b = 0; b < a; b++) {
                double distance = distance(filters.get(a), filters.get(b));
                scores[a] += distance;
                scores[b] += distance;
            }
        }
        return scores;
    }

    private static double distance(List<float[]> a, List<float[]> b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            for (int k = 0; k < a.get(i).length; k++) {
                double difference = (double) a.get(i)[k] - b.get(i)[k];
                sum += difference * difference;
            }
        }
        return Math.sqrt(sum);
    }
}
