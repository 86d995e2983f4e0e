package io.selvedge.compress.quant;

/**
 * First and second moments of what the rows of one layer multiply: {@code m = E[x]} and {@code E[x x']} over the patches of
 * a convolution or the vectors of a matrix product, one of each for every group of channels.
 */
final class InputMoments {
    private final int groups;
    private final int depth;
    private final double[][] sums;
    private final double[][] products;
    private long patches;

    InputMoments(int groups, int depth) {
        this.groups = groups;
        this.depth = depth;
        this.sums = new double[groups][depth];
        this.products = new double[groups][depth * depth];
    }

    int groups() {
        return groups;
    }

    int depth() {
        return depth;
    }

    /** @param patch the inputs of one output, group by group */
    void add(float[] patch) {
        patches++;
        for (int g = 0; g < groups; g++) {
            double[] product = products[g];
            for (int i = 0; i < depth; i++) {
                double x = patch[g * depth + i];
                sums[g][i] += x;
                if (x != 0) {
                    int row = i * depth;
                    for (int j = 0; j <= i; j++) {
                        product[row + j] += x * patch[g * depth + j];
                    }
                }
            }
        }
    }

    double mean(int group, int at) {
        return patches == 0 ? 0 : sums[group][at] / patches;
    }

    /**
     * {@code E[x x'] - m m'}, with a hundredth of the mean variance added to the diagonal, where every input is multiplied
     * by its factor.
     */
    double[] covariance(int group, double[] factors) {
        double[] covariance = new double[depth * depth];
        double trace = 0;
        for (int i = 0; i < depth; i++) {
            for (int j = 0; j <= i; j++) {
                double value = (products[group][i * depth + j] / Math.max(1, patches) - mean(group, i) * mean(group, j))
                        * factors[i]
                        * factors[j];
                covariance[i * depth + j] = value;
                covariance[j * depth + i] = value;
            }
            trace += covariance[i * depth + i];
        }
        for (int i = 0; i < depth; i++) {
            covariance[i * depth + i] += 0.01 * trace / depth;
        }
        return covariance;
    }
}
