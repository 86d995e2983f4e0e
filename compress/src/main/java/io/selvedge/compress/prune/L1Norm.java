package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;

/**
 * {@code sum over weights of mean |w|} of the channel's slices.
 *
 * @see <a href="https://arxiv.org/abs/1608.08710">Li et al., Pruning Filters for Efficient ConvNets</a>
 */
public record L1Norm() implements Criterion {
    @Override
    public String name() {
        return "l1";
    }

    @Override
    public double[] scores(Graph graph, Group group) {
        return new Scores(graph).mean(group, L1Norm::sum, mean -> mean);
    }

    private static double sum(float[] filter) {
        double sum = 0;
        for (float w : filter) {
            sum += Math.abs(w);
        }
        return sum;
    }
}
