package io.selvedge.compiler.op;

import java.util.Arrays;

/**
 * MT19937 and its distributions as NumPy's RandomState has them, so that a seed gives the numbers that ONNX's own
 * reference gives.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/random/legacy.html">NumPy's legacy generator</a>
 */
final class MersenneTwister {
    private static final int SIZE = 624;
    private static final int MIDDLE = 397;

    private final int[] state = new int[SIZE];
    private int at = SIZE;
    private double spareGaussian = Double.NaN;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int i = 1; i < SIZE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
    }

    private int next() {
        if (at == SIZE) {
            twist();
            at = 0;
        }
        int y = state[at++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < SIZE; i++) {
            int y = state[i] & 0x80000000 | state[(i + 1) % SIZE] & 0x7fffffff;
            state[i] = state[(i + MIDDLE) % SIZE] ^ y >>> 1 ^ -(y & 1) & 0x9908b0df;
        }
    }

    /** Uniform in [0, 1), 53 bits. */
    double uniform() {
        int high = next() >>> 5;
        int low = next() >>> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    /** Normal with mean 0 and deviation 1, by the polar method. */
    double gaussian() {
        if (!Double.isNaN(spareGaussian)) {
            double spare = spareGaussian;
            spareGaussian = Double.NaN;
            return spare;
        }
        double a;
        double b;
        double square;
        do {
            a = 2 * uniform() - 1;
            b = 2 * uniform() - 1;
            square = a * a + b * b;
        } while (square >= 1 || square == 0);
        double factor = Math.sqrt(-2 * Math.log(square) / square);
        spareGaussian = factor * a;
        return factor * b;
    }

    /** 1 with the given probability, else 0. */
    int bernoulli(double probability) {
        return probability <= 0.5 ? uniform() > 1 - probability ? 1 : 0 : uniform() > probability ? 0 : 1;
    }

    /** An index, each with its weight's share of the sum as its probability. */
    int choice(double[] weights) {
        double left = uniform() * Arrays.stream(weights).sum();
        int index = 0;
        while (index < weights.length - 1 && left >= weights[index]) {
            left -= weights[index++];
        }
        return index;
    }
}
