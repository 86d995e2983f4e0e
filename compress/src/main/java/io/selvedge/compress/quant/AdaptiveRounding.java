package io.selvedge.compress.quant;

/**
 * Rounds the weights of one output channel up or down so that the output changes least. With {@code e = w - s q} and the
 * covariance {@code C} of the inputs, the output's error is {@code e'Ce} besides its mean, which the bias takes back. From
 * rounding to nearest on, single weights go to their other neighbour as long as that makes the error smaller: coordinate
 * descent on the objective of Nagel et al., Up or Down? Adaptive Rounding, 2020, which they relax and train.
 */
final class AdaptiveRounding {
    private static final int MOST_PASSES = 20;

    private AdaptiveRounding() {}

    /**
     * Steps of every weight.
     *
     * @param weights in units of the step: {@code w / s}
     * @param covariance of the inputs, row-major, symmetric
     * @param most largest magnitude of a step
     */
    static int[] round(double[] weights, double[] covariance, int most) {
        int depth = weights.length;
        int[] steps = new int[depth];
        double[] errors = new double[depth];
        for (int i = 0; i < depth; i++) {
            steps[i] = Math.clamp((long) Math.rint(weights[i]), -most, most);
            errors[i] = weights[i] - steps[i];
        }
        double[] gradient = new double[depth];
        for (int i = 0; i < depth; i++) {
            double sum = 0;
            for (int j = 0; j < depth; j++) {
                sum += covariance[i * depth + j] * errors[j];
            }
            gradient[i] = sum;
        }
        boolean changed = true;
        for (int pass = 0; pass < MOST_PASSES && changed; pass++) {
            changed = false;
            for (int i = 0; i < depth; i++) {
                int other = errors[i] > 0 ? 1 : -1;
                double gain = 2 * other * gradient[i] - covariance[i * depth + i];
                boolean between = Math.abs(errors[i] - other) < 1 && Math.abs(steps[i] + other) <= most;
                if (between && gain > 1e-9 * covariance[i * depth + i]) {
                    steps[i] += other;
                    errors[i] -= other;
                    for (int j = 0; j < depth; j++) {
                        gradient[j] -= other * covariance[i * depth + j];
                    }
                    changed = true;
                }
            }
        }
        return steps;
    }
}
