package io.selvedge.compress.prune;

/**
 * Sparsity that grows while a network is trained: {@code s(t) = last + (first - last) * (1 - t/steps)^3}, fast at the start, when
 * much is redundant, and slow at the end.
 *
 * @param first at step 0
 * @param last from step {@code steps} on
 * @see <a href="https://arxiv.org/abs/1710.01878">Zhu and Gupta, To prune, or not to prune</a>
 */
public record SparsitySchedule(double first, double last, int steps) {
    public SparsitySchedule {
        if (steps < 1) {
            throw new IllegalArgumentException("steps " + steps);
        }
    }

    /** Share of zeros at a step. */
    public double at(int step) {
        double left = 1 - Math.clamp((double) step / steps, 0, 1);
        return last + (first - last) * left * left * left;
    }
}
