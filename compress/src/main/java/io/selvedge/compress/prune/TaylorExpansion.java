package io.selvedge.compress.prune;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import java.util.Map;

/**
 * {@code sum over the channel's weights of |g*w|}, over those that write it: the first-order estimate of how much the loss changes
 * without them.
 *
 * @param importance {@code mean over samples of |dL/dw * w|} by the constant's name
 * @see <a href="https://arxiv.org/abs/1906.10771">Molchanov et al., Importance Estimation for Neural Network Pruning</a>
 */
public record TaylorExpansion(Map<String, float[]> importance) implements Criterion {
    public TaylorExpansion {
        importance = Map.copyOf(importance);
    }

    @Override
    public String name() {
        return "taylor";
    }

    @Override
    public double[] scores(Graph graph, Group group) {
        double[] scores = new double[group.slices().size()];
        for (int s = 0; s < scores.length; s++) {
            for (Cell cell : group.slices().get(s).cells()) {
                if (group.roles().get(cell.axis()) == Role.WRITES) {
                    scores[s] += sum(graph, cell);
                }
            }
        }
        return scores;
    }

    private double sum(Graph graph, Cell cell) {
        String name = cell.axis().place().value();
        float[] own = importance.get(name);
        if (own == null) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "criterion taylor has no gradient of '" + name + "'; use l1, l2, median or gamma");
        }
        double sum = 0;
        for (int i : new Lane(graph.type(name).shape(), cell.axis().index()).elements(cell.position())) {
            sum += own[i];
        }
        return sum;
    }
}
