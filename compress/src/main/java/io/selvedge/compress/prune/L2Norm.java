package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;

/** {@code sum over weights of sqrt(mean w^2)} of the channel's slices. */
public record L2Norm() implements Criterion {
    @Override
    public String name() {
        return "l2";
    }

    @Override
    public double[] scores(Graph graph, Group group) {
        return new Scores(graph).mean(group, L2Norm::sum, Math::sqrt);
    }

    private static double sum(float[] filter) {
        double sum = 0;
        for (float w : filter) {
            sum += (double) w * w;
        }
        return sum;
    }
}
