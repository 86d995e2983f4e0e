package io.selvedge.jvm.vector;

import static io.selvedge.jvm.kernel.Tiles.BLOCK;
import static io.selvedge.jvm.vector.VectorTiles.LANES;
import static io.selvedge.jvm.vector.VectorTiles.SPECIES;
import static io.selvedge.jvm.vector.VectorTiles.everywhere;
import static io.selvedge.jvm.vector.VectorTiles.load;

import jdk.incubator.vector.FloatVector;

/** Products of dense rows, as {@link Products}, but eight sums: rows come in small numbers, of which a larger tile computes more twice. */
final class Rows {
    static final int PAIR_ROWS = 4;
    static final int SINGLE_ROWS = 8;

    private Rows() {}

    /** Four rows times two vectors of channels. */
    static void pair(
            float[] x,
            int xAt,
            int pitch,
            float[] weights,
            int first,
            int second,
            int depth,
            float[] y,
            int yAt,
            int yPitch) {
        int x0 = xAt;
        int x1 = xAt + pitch;
        int x2 = xAt + 2 * pitch;
        int x3 = xAt + 3 * pitch;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector b1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector b2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        FloatVector b3 = FloatVector.zero(SPECIES);
        // Two steps in one pass, since the compiler does not unroll a loop of this size; it removes checks of bounds
        // from one of this form.
        int even = depth & ~1;
        for (int k = 0; k < even; k += 2) {
            FloatVector u = load(weights, first + k * BLOCK);
            FloatVector v = load(weights, second + k * BLOCK);
            FloatVector s0 = everywhere(x, x0 + k);
            a0 = s0.fma(u, a0);
            b0 = s0.fma(v, b0);
            FloatVector s1 = everywhere(x, x1 + k);
            a1 = s1.fma(u, a1);
            b1 = s1.fma(v, b1);
            FloatVector s2 = everywhere(x, x2 + k);
            a2 = s2.fma(u, a2);
            b2 = s2.fma(v, b2);
            FloatVector s3 = everywhere(x, x3 + k);
            a3 = s3.fma(u, a3);
            b3 = s3.fma(v, b3);
            FloatVector nextU = load(weights, first + (k + 1) * BLOCK);
            FloatVector nextV = load(weights, second + (k + 1) * BLOCK);
            FloatVector t0 = everywhere(x, x0 + k + 1);
            a0 = t0.fma(nextU, a0);
            b0 = t0.fma(nextV, b0);
            FloatVector t1 = everywhere(x, x1 + k + 1);
            a1 = t1.fma(nextU, a1);
            b1 = t1.fma(nextV, b1);
            FloatVector t2 = everywhere(x, x2 + k + 1);
            a2 = t2.fma(nextU, a2);
            b2 = t2.fma(nextV, b2);
            FloatVector t3 = everywhere(x, x3 + k + 1);
            a3 = t3.fma(nextU, a3);
            b3 = t3.fma(nextV, b3);
        }
        for (int k = even; k < depth; k++) {
            FloatVector u = load(weights, first + k * BLOCK);
            FloatVector v = load(weights, second + k * BLOCK);
            FloatVector s0 = everywhere(x, x0 + k);
            a0 = s0.fma(u, a0);
            b0 = s0.fma(v, b0);
            FloatVector s1 = everywhere(x, x1 + k);
            a1 = s1.fma(u, a1);
            b1 = s1.fma(v, b1);
            FloatVector s2 = everywhere(x, x2 + k);
            a2 = s2.fma(u, a2);
            b2 = s2.fma(v, b2);
            FloatVector s3 = everywhere(x, x3 + k);
            a3 = s3.fma(u, a3);
            b3 = s3.fma(v, b3);
        }
        a0.intoArray(y, yAt);
        b0.intoArray(y, yAt + LANES);
        a1.intoArray(y, yAt + yPitch);
        b1.intoArray(y, yAt + yPitch + LANES);
        a2.intoArray(y, yAt + 2 * yPitch);
        b2.intoArray(y, yAt + 2 * yPitch + LANES);
        a3.intoArray(y, yAt + 3 * yPitch);
        b3.intoArray(y, yAt + 3 * yPitch + LANES);
    }

    /** Eight rows times one vector of channels. */
    static void single(
            float[] x, int xAt, int pitch, float[] weights, int first, int depth, float[] y, int yAt, int yPitch) {
        int x0 = xAt;
        int x1 = xAt + pitch;
        int x2 = xAt + 2 * pitch;
        int x3 = xAt + 3 * pitch;
        int x4 = xAt + 4 * pitch;
        int x5 = xAt + 5 * pitch;
        int x6 = xAt + 6 * pitch;
        int x7 = xAt + 7 * pitch;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        FloatVector a4 = FloatVector.zero(SPECIES);
        FloatVector a5 = FloatVector.zero(SPECIES);
        FloatVector a6 = FloatVector.zero(SPECIES);
        FloatVector a7 = FloatVector.zero(SPECIES);
        for (int k = 0; k < depth; k++) {
            FloatVector u = load(weights, first + k * BLOCK);
            a0 = everywhere(x, x0 + k).fma(u, a0);
            a1 = everywhere(x, x1 + k).fma(u, a1);
            a2 = everywhere(x, x2 + k).fma(u, a2);
            a3 = everywhere(x, x3 + k).fma(u, a3);
            a4 = everywhere(x, x4 + k).fma(u, a4);
            a5 = everywhere(x, x5 + k).fma(u, a5);
            a6 = everywhere(x, x6 + k).fma(u, a6);
            a7 = everywhere(x, x7 + k).fma(u, a7);
        }
        a0.intoArray(y, yAt);
        a1.intoArray(y, yAt + yPitch);
        a2.intoArray(y, yAt + 2 * yPitch);
        a3.intoArray(y, yAt + 3 * yPitch);
        a4.intoArray(y, yAt + 4 * yPitch);
        a5.intoArray(y, yAt + 5 * yPitch);
        a6.intoArray(y, yAt + 6 * yPitch);
        a7.intoArray(y, yAt + 7 * yPitch);
    }
}
