package io.selvedge.jvm.vector;

import static io.selvedge.jvm.kernel.Tiles.BLOCK;
import static io.selvedge.jvm.vector.VectorTiles.LANES;
import static io.selvedge.jvm.vector.VectorTiles.SPECIES;
import static io.selvedge.jvm.vector.VectorTiles.load;

import jdk.incubator.vector.FloatVector;

/** Products of dense rows, as {@link Products}; of a tile that has fewer, the last is computed again. */
final class Rows {
    private Rows() {}

    /** Rows 0 to {@code last}, six at most, times two vectors of channels. */
    static void pair(
            float[] x,
            int xAt,
            int pitch,
            int last,
            float[] weights,
            int first,
            int second,
            int depth,
            float[] y,
            int yAt,
            int outputs) {
        int x0 = xAt;
        int x1 = xAt + Math.min(1, last) * pitch;
        int x2 = xAt + Math.min(2, last) * pitch;
        int x3 = xAt + Math.min(3, last) * pitch;
        int x4 = xAt + Math.min(4, last) * pitch;
        int x5 = xAt + Math.min(5, last) * pitch;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector b1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector b2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        FloatVector b3 = FloatVector.zero(SPECIES);
        FloatVector a4 = FloatVector.zero(SPECIES);
        FloatVector b4 = FloatVector.zero(SPECIES);
        FloatVector a5 = FloatVector.zero(SPECIES);
        FloatVector b5 = FloatVector.zero(SPECIES);
        for (int k = 0; k < depth; k++) {
            FloatVector u = load(weights, first + k * BLOCK);
            FloatVector v = load(weights, second + k * BLOCK);
            FloatVector s0 = FloatVector.broadcast(SPECIES, x[x0 + k]);
            a0 = s0.fma(u, a0);
            b0 = s0.fma(v, b0);
            FloatVector s1 = FloatVector.broadcast(SPECIES, x[x1 + k]);
            a1 = s1.fma(u, a1);
            b1 = s1.fma(v, b1);
            FloatVector s2 = FloatVector.broadcast(SPECIES, x[x2 + k]);
            a2 = s2.fma(u, a2);
            b2 = s2.fma(v, b2);
            FloatVector s3 = FloatVector.broadcast(SPECIES, x[x3 + k]);
            a3 = s3.fma(u, a3);
            b3 = s3.fma(v, b3);
            FloatVector s4 = FloatVector.broadcast(SPECIES, x[x4 + k]);
            a4 = s4.fma(u, a4);
            b4 = s4.fma(v, b4);
            FloatVector s5 = FloatVector.broadcast(SPECIES, x[x5 + k]);
            a5 = s5.fma(u, a5);
            b5 = s5.fma(v, b5);
        }
        a0.intoArray(y, yAt);
        b0.intoArray(y, yAt + LANES);
        a1.intoArray(y, yAt + Math.min(1, last) * outputs);
        b1.intoArray(y, yAt + Math.min(1, last) * outputs + LANES);
        a2.intoArray(y, yAt + Math.min(2, last) * outputs);
        b2.intoArray(y, yAt + Math.min(2, last) * outputs + LANES);
        a3.intoArray(y, yAt + Math.min(3, last) * outputs);
        b3.intoArray(y, yAt + Math.min(3, last) * outputs + LANES);
        a4.intoArray(y, yAt + Math.min(4, last) * outputs);
        b4.intoArray(y, yAt + Math.min(4, last) * outputs + LANES);
        a5.intoArray(y, yAt + Math.min(5, last) * outputs);
        b5.intoArray(y, yAt + Math.min(5, last) * outputs + LANES);
    }

    /** Rows 0 to {@code last}, four at most, times two vectors of channels. */
    static void four(
            float[] x,
            int xAt,
            int pitch,
            int last,
            float[] weights,
            int first,
            int second,
            int depth,
            float[] y,
            int yAt,
            int outputs) {
        int x0 = xAt;
        int x1 = xAt + Math.min(1, last) * pitch;
        int x2 = xAt + Math.min(2, last) * pitch;
        int x3 = xAt + Math.min(3, last) * pitch;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector b1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector b2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        FloatVector b3 = FloatVector.zero(SPECIES);
        for (int k = 0; k < depth; k++) {
            FloatVector u = load(weights, first + k * BLOCK);
            FloatVector v = load(weights, second + k * BLOCK);
            FloatVector s0 = FloatVector.broadcast(SPECIES, x[x0 + k]);
            a0 = s0.fma(u, a0);
            b0 = s0.fma(v, b0);
            FloatVector s1 = FloatVector.broadcast(SPECIES, x[x1 + k]);
            a1 = s1.fma(u, a1);
            b1 = s1.fma(v, b1);
            FloatVector s2 = FloatVector.broadcast(SPECIES, x[x2 + k]);
            a2 = s2.fma(u, a2);
            b2 = s2.fma(v, b2);
            FloatVector s3 = FloatVector.broadcast(SPECIES, x[x3 + k]);
            a3 = s3.fma(u, a3);
            b3 = s3.fma(v, b3);
        }
        a0.intoArray(y, yAt);
        b0.intoArray(y, yAt + LANES);
        a1.intoArray(y, yAt + Math.min(1, last) * outputs);
        b1.intoArray(y, yAt + Math.min(1, last) * outputs + LANES);
        a2.intoArray(y, yAt + Math.min(2, last) * outputs);
        b2.intoArray(y, yAt + Math.min(2, last) * outputs + LANES);
        a3.intoArray(y, yAt + Math.min(3, last) * outputs);
        b3.intoArray(y, yAt + Math.min(3, last) * outputs + LANES);
    }

    /** Rows 0 to {@code last}, twelve at most, times one vector of channels. */
    static void single(
            float[] x,
            int xAt,
            int pitch,
            int last,
            float[] weights,
            int first,
            int depth,
            float[] y,
            int yAt,
            int outputs) {
        int x0 = xAt;
        int x1 = xAt + Math.min(1, last) * pitch;
        int x2 = xAt + Math.min(2, last) * pitch;
        int x3 = xAt + Math.min(3, last) * pitch;
        int x4 = xAt + Math.min(4, last) * pitch;
        int x5 = xAt + Math.min(5, last) * pitch;
        int x6 = xAt + Math.min(6, last) * pitch;
        int x7 = xAt + Math.min(7, last) * pitch;
        int x8 = xAt + Math.min(8, last) * pitch;
        int x9 = xAt + Math.min(9, last) * pitch;
        int x10 = xAt + Math.min(10, last) * pitch;
        int x11 = xAt + Math.min(11, last) * pitch;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        FloatVector a4 = FloatVector.zero(SPECIES);
        FloatVector a5 = FloatVector.zero(SPECIES);
        FloatVector a6 = FloatVector.zero(SPECIES);
        FloatVector a7 = FloatVector.zero(SPECIES);
        FloatVector a8 = FloatVector.zero(SPECIES);
        FloatVector a9 = FloatVector.zero(SPECIES);
        FloatVector a10 = FloatVector.zero(SPECIES);
        FloatVector a11 = FloatVector.zero(SPECIES);
        for (int k = 0; k < depth; k++) {
            FloatVector u = load(weights, first + k * BLOCK);
            a0 = FloatVector.broadcast(SPECIES, x[x0 + k]).fma(u, a0);
            a1 = FloatVector.broadcast(SPECIES, x[x1 + k]).fma(u, a1);
            a2 = FloatVector.broadcast(SPECIES, x[x2 + k]).fma(u, a2);
            a3 = FloatVector.broadcast(SPECIES, x[x3 + k]).fma(u, a3);
            a4 = FloatVector.broadcast(SPECIES, x[x4 + k]).fma(u, a4);
            a5 = FloatVector.broadcast(SPECIES, x[x5 + k]).fma(u, a5);
            a6 = FloatVector.broadcast(SPECIES, x[x6 + k]).fma(u, a6);
            a7 = FloatVector.broadcast(SPECIES, x[x7 + k]).fma(u, a7);
            a8 = FloatVector.broadcast(SPECIES, x[x8 + k]).fma(u, a8);
            a9 = FloatVector.broadcast(SPECIES, x[x9 + k]).fma(u, a9);
            a10 = FloatVector.broadcast(SPECIES, x[x10 + k]).fma(u, a10);
            a11 = FloatVector.broadcast(SPECIES, x[x11 + k]).fma(u, a11);
        }
        a0.intoArray(y, yAt);
        a1.intoArray(y, yAt + Math.min(1, last) * outputs);
        a2.intoArray(y, yAt + Math.min(2, last) * outputs);
        a3.intoArray(y, yAt + Math.min(3, last) * outputs);
        a4.intoArray(y, yAt + Math.min(4, last) * outputs);
        a5.intoArray(y, yAt + Math.min(5, last) * outputs);
        a6.intoArray(y, yAt + Math.min(6, last) * outputs);
        a7.intoArray(y, yAt + Math.min(7, last) * outputs);
        a8.intoArray(y, yAt + Math.min(8, last) * outputs);
        a9.intoArray(y, yAt + Math.min(9, last) * outputs);
        a10.intoArray(y, yAt + Math.min(10, last) * outputs);
        a11.intoArray(y, yAt + Math.min(11, last) * outputs);
    }

    /** Twelve rows times one vector of channels. */
    static void twelve(
            float[] x, int xAt, int pitch, float[] weights, int first, int depth, float[] y, int yAt, int outputs) {
        int x0 = xAt;
        int x1 = xAt + 1 * pitch;
        int x2 = xAt + 2 * pitch;
        int x3 = xAt + 3 * pitch;
        int x4 = xAt + 4 * pitch;
        int x5 = xAt + 5 * pitch;
        int x6 = xAt + 6 * pitch;
        int x7 = xAt + 7 * pitch;
        int x8 = xAt + 8 * pitch;
        int x9 = xAt + 9 * pitch;
        int x10 = xAt + 10 * pitch;
        int x11 = xAt + 11 * pitch;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        FloatVector a4 = FloatVector.zero(SPECIES);
        FloatVector a5 = FloatVector.zero(SPECIES);
        FloatVector a6 = FloatVector.zero(SPECIES);
        FloatVector a7 = FloatVector.zero(SPECIES);
        FloatVector a8 = FloatVector.zero(SPECIES);
        FloatVector a9 = FloatVector.zero(SPECIES);
        FloatVector a10 = FloatVector.zero(SPECIES);
        FloatVector a11 = FloatVector.zero(SPECIES);
        for (int k = 0; k < depth; k++) {
            FloatVector u = load(weights, first + k * BLOCK);
            a0 = FloatVector.broadcast(SPECIES, x[x0 + k]).fma(u, a0);
            a1 = FloatVector.broadcast(SPECIES, x[x1 + k]).fma(u, a1);
            a2 = FloatVector.broadcast(SPECIES, x[x2 + k]).fma(u, a2);
            a3 = FloatVector.broadcast(SPECIES, x[x3 + k]).fma(u, a3);
            a4 = FloatVector.broadcast(SPECIES, x[x4 + k]).fma(u, a4);
            a5 = FloatVector.broadcast(SPECIES, x[x5 + k]).fma(u, a5);
            a6 = FloatVector.broadcast(SPECIES, x[x6 + k]).fma(u, a6);
            a7 = FloatVector.broadcast(SPECIES, x[x7 + k]).fma(u, a7);
            a8 = FloatVector.broadcast(SPECIES, x[x8 + k]).fma(u, a8);
            a9 = FloatVector.broadcast(SPECIES, x[x9 + k]).fma(u, a9);
            a10 = FloatVector.broadcast(SPECIES, x[x10 + k]).fma(u, a10);
            a11 = FloatVector.broadcast(SPECIES, x[x11 + k]).fma(u, a11);
        }
        a0.intoArray(y, yAt);
        a1.intoArray(y, yAt + 1 * outputs);
        a2.intoArray(y, yAt + 2 * outputs);
        a3.intoArray(y, yAt + 3 * outputs);
        a4.intoArray(y, yAt + 4 * outputs);
        a5.intoArray(y, yAt + 5 * outputs);
        a6.intoArray(y, yAt + 6 * outputs);
        a7.intoArray(y, yAt + 7 * outputs);
        a8.intoArray(y, yAt + 8 * outputs);
        a9.intoArray(y, yAt + 9 * outputs);
        a10.intoArray(y, yAt + 10 * outputs);
        a11.intoArray(y, yAt + 11 * outputs);
    }
}
