package io.selvedge.compress.prune;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import java.util.Map;

/**
 * {@code sum over the channel's weights of g*w}, squared: the first-order estimate of how much the loss changes without it.
 *
 * @param gradients {@code dL/dw} by the constant's name, averaged over samples
 * @see <a href="https://arxiv.org/abs/1906.10771">Molchanov et al., Importance Estimation for Neural Network Pruning</a>
 */
public record TaylorExpansion(Map<String, float[]> gradients) implements Criterion {
    public TaylorExpansion {
        gradients = Map.copyOf(gradients);
    }

    @Override
    public String name() {
        return "taylor";
    }

    @Override
    public double[] scores(Graph graph, Group group) {
        Scores weights = new Scores(graph);
        double[] scores = new double[group.slices().size()];
        for (int s = 0; s < scores.length; s++) {
            double change = 0;
            for (Cell cell : group.slices().get(s).cells()) {
                if (group.roles().get(cell.axis()) == Role.WRITES) {
                    change += change(graph, weights, cell);
                }
            }
            scores[s] = change * change;
        }
        return scores;
    }

    private double change(Graph graph, Scores weights, Cell cell) {
        String name = cell.axis().place().value();
        float[] gradient = gradients.get(name);
        if (gradient == null) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "criterion taylor has no gradient of '" + name
                            + "'; give --data, from which gradients are computed");
        }
        float[] w = weights.weights(cell.axis());
        double sum = 0;
        for (int i : new Lane(graph.type(name).shape(), cell.axis().index()).elements(cell.position())) {
            sum += (double) gradient[i] * w[i];
        }
        return sum;
    }
}
