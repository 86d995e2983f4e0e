package io.selvedge.train;

import io.selvedge.compiler.ir.Tensor;

/** What is done to a value whenever an operator reads it in training, said without libtorch so that it travels to the process. */
public sealed interface Treatment {
    /** The parameter or activation. */
    String value();

    /**
     * A parameter times a mask of its shape; what is 0 there stays 0.
     *
     * @param mask float32, zeros and ones
     */
    record Mask(String value, Tensor mask) implements Treatment {}

    /**
     * Fake quantisation with the straight-through gradient.
     *
     * @param scheme which levels there are
     * @param bits of a code
     * @param axis of the scales; -1 for one scale
     * @param scale float32: one scale, or one an index of the axis; for {@link Scheme#LOG2} and {@link Scheme#SHORT_SUMS} the largest magnitude
     * @param zeroPoint the code of 0 among the unsigned codes; empty scheme-wise for weights: symmetric codes have 0
     * @param signed codes from {@code -2^(bits-1)+1} to {@code 2^(bits-1)-1}, else from 0 to {@code 2^bits-1}
     * @param learned whether training moves the scales (learned step size)
     */
    record FakeQuantization(
            String value,
            Scheme scheme,
            int bits,
            boolean signed,
            int axis,
            Tensor scale,
            int zeroPoint,
            boolean learned)
            implements Treatment {}

    /** Levels of fake quantisation. */
    enum Scheme {
        /** Multiples of the scale. */
        LINEAR,
        /** Zero, and powers of two times the scale, downward from it. */
        LOG2,
        /** Zero, and 96, 64, 48, 32, ... 2, 1 parts of 96 of the scale: powers of two, and three times powers of two. */
        SHORT_SUMS,
        /** The linear codes, moved to 0 and half-octaves: {@code round(2^(round(2 log2 code) / 2))}. */
        HALF_OCTAVES,
        /** The same with four levels to an octave. */
        QUARTER_OCTAVES
    }
}
