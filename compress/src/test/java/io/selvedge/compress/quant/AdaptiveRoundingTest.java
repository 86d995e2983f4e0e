package io.selvedge.compress.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdaptiveRoundingTest {
    private static final int DEPTH = 9;

    /** Of inputs that hang together, as neighbours in a picture do. */
    private static double[] covariance(Random random) {
        double[] covariance = new double[DEPTH * DEPTH];
        for (int patch = 0; patch < 40; patch++) {
            double common = random.nextGaussian();
            double[] x = random.doubles(DEPTH).map(v -> common + 0.5 * v).toArray();
            for (int i = 0; i < DEPTH * DEPTH; i++) {
                covariance[i] += x[i / DEPTH] * x[i % DEPTH];
            }
        }
        return covariance;
    }

    private static double error(double[] weights, int[] steps, double[] covariance) {
        double sum = 0;
        for (int i = 0; i < DEPTH * DEPTH; i++) {
            sum += (weights[i / DEPTH] - steps[i / DEPTH]) * (weights[i % DEPTH] - steps[i % DEPTH]) * covariance[i];
        }
        return sum;
    }

    private static double least(double[] weights, double[] covariance) {
        double least = Double.POSITIVE_INFINITY;
        for (int choice = 0; choice < 1 << DEPTH; choice++) {
            int[] steps = new int[DEPTH];
            for (int i = 0; i < DEPTH; i++) {
                steps[i] = (int) Math.floor(weights[i]) + (choice >> i & 1);
            }
            least = Math.min(least, error(weights, steps, covariance));
        }
        return least;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void comes_near_the_best_of_all_roundings_where_the_nearest_is_far_from_it(long seed) {
        Random random = new Random(seed);
        double[] covariance = covariance(random);
        double[] weights = random.doubles(DEPTH, -7, 7).toArray();
        int[] nearest = new int[DEPTH];
        for (int i = 0; i < DEPTH; i++) {
            nearest[i] = (int) Math.rint(weights[i]);
        }
        int[] steps = AdaptiveRounding.round(weights, covariance, 127);
        double best = least(weights, covariance);
        assertThat(error(weights, steps, covariance))
                .isLessThanOrEqualTo(error(weights, nearest, covariance))
                .isLessThan(2 * best + 0.2 * error(weights, nearest, covariance));
        for (int i = 0; i < DEPTH; i++) {
            assertThat(Math.abs(steps[i] - weights[i])).isLessThan(1);
        }
    }

    @Test
    void keeps_to_the_levels_that_there_are() {
        int[] steps = AdaptiveRounding.round(
                new double[] {127.4, -127.4, 0.4, 0, 0, 0, 0, 0, 0}, covariance(new Random(1)), 127);
        assertThat(steps[0]).isBetween(126, 127);
        assertThat(steps[1]).isBetween(-127, -126);
    }
}
