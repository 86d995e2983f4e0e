package io.selvedge.jvm.vector;

import static io.selvedge.jvm.kernel.Tiles.BLOCK;
import static io.selvedge.jvm.vector.VectorTiles.LANES;
import static io.selvedge.jvm.vector.VectorTiles.SPECIES;
import static io.selvedge.jvm.vector.VectorTiles.everywhere;
import static io.selvedge.jvm.vector.VectorTiles.load;

import io.selvedge.jvm.kernel.PixelList;
import io.selvedge.jvm.kernel.Span;
import jdk.incubator.vector.FloatVector;

/**
 * The loop that convolutions and matrix products spend their time in. Sums are variables, so that they stay in registers, and nothing
 * takes them as an argument, which would make objects of them. Twelve of them hide the latency of a multiplication; with more the
 * compiler runs out of registers. What is below {@code floor} becomes that: 0, or negative infinity.
 */
final class Products {
    static final int PAIR_PIXELS = 6;
    static final int SINGLE_PIXELS = 12;

    private Products() {}

    /** Six pixels times two vectors of channels. */
    static void pair(
            PixelList pixels,
            int at,
            Span span,
            float[] x,
            float[] weights,
            int first,
            int second,
            float[] bias,
            int biasAt,
            float[] y,
            int yAt,
            float[] residual,
            float floor) {
        int[] places = pixels.x();
        int x0 = places[at];
        int x1 = places[at + 1];
        int x2 = places[at + 2];
        int x3 = places[at + 3];
        int x4 = places[at + 4];
        int x5 = places[at + 5];
        FloatVector a0 = load(bias, biasAt);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector b0 = load(bias, biasAt + LANES);
        FloatVector b1 = b0;
        FloatVector b2 = b0;
        FloatVector b3 = b0;
        FloatVector b4 = b0;
        FloatVector b5 = b0;
        int w = 0;
        int length = span.length();
        for (int offset : span.offsets()) {
            for (int k = 0; k < length; k++) {
                int i = k + offset;
                FloatVector u = load(weights, first + w + k * BLOCK);
                FloatVector v = load(weights, second + w + k * BLOCK);
                FloatVector s0 = FloatVector.broadcast(SPECIES, x[x0 + i]);
                a0 = s0.fma(u, a0);
                b0 = s0.fma(v, b0);
                FloatVector s1 = FloatVector.broadcast(SPECIES, x[x1 + i]);
                a1 = s1.fma(u, a1);
                b1 = s1.fma(v, b1);
                FloatVector s2 = FloatVector.broadcast(SPECIES, x[x2 + i]);
                a2 = s2.fma(u, a2);
                b2 = s2.fma(v, b2);
                FloatVector s3 = FloatVector.broadcast(SPECIES, x[x3 + i]);
                a3 = s3.fma(u, a3);
                b3 = s3.fma(v, b3);
                FloatVector s4 = FloatVector.broadcast(SPECIES, x[x4 + i]);
                a4 = s4.fma(u, a4);
                b4 = s4.fma(v, b4);
                FloatVector s5 = FloatVector.broadcast(SPECIES, x[x5 + i]);
                a5 = s5.fma(u, a5);
                b5 = s5.fma(v, b5);
            }
            w += length * BLOCK;
        }
        int[] to = pixels.y();
        if (residual != null) {
            int[] from = pixels.residual();
            a0 = a0.add(load(residual, from[at + 0] + yAt));
            b0 = b0.add(load(residual, from[at + 0] + yAt + LANES));
            a1 = a1.add(load(residual, from[at + 1] + yAt));
            b1 = b1.add(load(residual, from[at + 1] + yAt + LANES));
            a2 = a2.add(load(residual, from[at + 2] + yAt));
            b2 = b2.add(load(residual, from[at + 2] + yAt + LANES));
            a3 = a3.add(load(residual, from[at + 3] + yAt));
            b3 = b3.add(load(residual, from[at + 3] + yAt + LANES));
            a4 = a4.add(load(residual, from[at + 4] + yAt));
            b4 = b4.add(load(residual, from[at + 4] + yAt + LANES));
            a5 = a5.add(load(residual, from[at + 5] + yAt));
            b5 = b5.add(load(residual, from[at + 5] + yAt + LANES));
        }
        a0.max(floor).intoArray(y, to[at + 0] + yAt);
        b0.max(floor).intoArray(y, to[at + 0] + yAt + LANES);
        a1.max(floor).intoArray(y, to[at + 1] + yAt);
        b1.max(floor).intoArray(y, to[at + 1] + yAt + LANES);
        a2.max(floor).intoArray(y, to[at + 2] + yAt);
        b2.max(floor).intoArray(y, to[at + 2] + yAt + LANES);
        a3.max(floor).intoArray(y, to[at + 3] + yAt);
        b3.max(floor).intoArray(y, to[at + 3] + yAt + LANES);
        a4.max(floor).intoArray(y, to[at + 4] + yAt);
        b4.max(floor).intoArray(y, to[at + 4] + yAt + LANES);
        a5.max(floor).intoArray(y, to[at + 5] + yAt);
        b5.max(floor).intoArray(y, to[at + 5] + yAt + LANES);
    }

    /** Twelve pixels times one vector of channels. */
    static void single(
            PixelList pixels,
            int at,
            Span span,
            float[] x,
            float[] weights,
            int first,
            float[] bias,
            int biasAt,
            float[] y,
            int yAt,
            float[] residual,
            float floor) {
        int[] places = pixels.x();
        int x0 = places[at];
        int x1 = places[at + 1];
        int x2 = places[at + 2];
        int x3 = places[at + 3];
        int x4 = places[at + 4];
        int x5 = places[at + 5];
        int x6 = places[at + 6];
        int x7 = places[at + 7];
        int x8 = places[at + 8];
        int x9 = places[at + 9];
        int x10 = places[at + 10];
        int x11 = places[at + 11];
        FloatVector a0 = load(bias, biasAt);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector a6 = a0;
        FloatVector a7 = a0;
        FloatVector a8 = a0;
        FloatVector a9 = a0;
        FloatVector a10 = a0;
        FloatVector a11 = a0;
        int w = 0;
        int length = span.length();
        for (int offset : span.offsets()) {
            for (int k = 0; k < length; k++) {
                int i = k + offset;
                FloatVector u = load(weights, first + w + k * BLOCK);
                a0 = everywhere(x, x0 + i).fma(u, a0);
                a1 = everywhere(x, x1 + i).fma(u, a1);
                a2 = everywhere(x, x2 + i).fma(u, a2);
                a3 = everywhere(x, x3 + i).fma(u, a3);
                a4 = everywhere(x, x4 + i).fma(u, a4);
                a5 = everywhere(x, x5 + i).fma(u, a5);
                a6 = everywhere(x, x6 + i).fma(u, a6);
                a7 = everywhere(x, x7 + i).fma(u, a7);
                a8 = everywhere(x, x8 + i).fma(u, a8);
                a9 = everywhere(x, x9 + i).fma(u, a9);
                a10 = everywhere(x, x10 + i).fma(u, a10);
                a11 = everywhere(x, x11 + i).fma(u, a11);
            }
            w += length * BLOCK;
        }
        int[] to = pixels.y();
        if (residual != null) {
            int[] from = pixels.residual();
            a0 = a0.add(load(residual, from[at + 0] + yAt));
            a1 = a1.add(load(residual, from[at + 1] + yAt));
            a2 = a2.add(load(residual, from[at + 2] + yAt));
            a3 = a3.add(load(residual, from[at + 3] + yAt));
            a4 = a4.add(load(residual, from[at + 4] + yAt));
            a5 = a5.add(load(residual, from[at + 5] + yAt));
            a6 = a6.add(load(residual, from[at + 6] + yAt));
            a7 = a7.add(load(residual, from[at + 7] + yAt));
            a8 = a8.add(load(residual, from[at + 8] + yAt));
            a9 = a9.add(load(residual, from[at + 9] + yAt));
            a10 = a10.add(load(residual, from[at + 10] + yAt));
            a11 = a11.add(load(residual, from[at + 11] + yAt));
        }
        a0.max(floor).intoArray(y, to[at + 0] + yAt);
        a1.max(floor).intoArray(y, to[at + 1] + yAt);
        a2.max(floor).intoArray(y, to[at + 2] + yAt);
        a3.max(floor).intoArray(y, to[at + 3] + yAt);
        a4.max(floor).intoArray(y, to[at + 4] + yAt);
        a5.max(floor).intoArray(y, to[at + 5] + yAt);
        a6.max(floor).intoArray(y, to[at + 6] + yAt);
        a7.max(floor).intoArray(y, to[at + 7] + yAt);
        a8.max(floor).intoArray(y, to[at + 8] + yAt);
        a9.max(floor).intoArray(y, to[at + 9] + yAt);
        a10.max(floor).intoArray(y, to[at + 10] + yAt);
        a11.max(floor).intoArray(y, to[at + 11] + yAt);
    }

    /** The same where runs are so short that one loop over all elements is faster: {@code offsets} has the place of each. */
    static void flat(
            PixelList pixels,
            int at,
            int[] offsets,
            float[] x,
            float[] weights,
            int first,
            float[] bias,
            int biasAt,
            float[] y,
            int yAt,
            float[] residual,
            float floor) {
        int[] places = pixels.x();
        int x0 = places[at];
        int x1 = places[at + 1];
        int x2 = places[at + 2];
        int x3 = places[at + 3];
        int x4 = places[at + 4];
        int x5 = places[at + 5];
        int x6 = places[at + 6];
        int x7 = places[at + 7];
        int x8 = places[at + 8];
        int x9 = places[at + 9];
        int x10 = places[at + 10];
        int x11 = places[at + 11];
        FloatVector a0 = load(bias, biasAt);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector a4 = a0;
        FloatVector a5 = a0;
        FloatVector a6 = a0;
        FloatVector a7 = a0;
        FloatVector a8 = a0;
        FloatVector a9 = a0;
        FloatVector a10 = a0;
        FloatVector a11 = a0;
        for (int k = 0; k < offsets.length; k++) {
            int i = offsets[k];
            FloatVector u = load(weights, first + k * BLOCK);
            a0 = everywhere(x, x0 + i).fma(u, a0);
            a1 = everywhere(x, x1 + i).fma(u, a1);
            a2 = everywhere(x, x2 + i).fma(u, a2);
            a3 = everywhere(x, x3 + i).fma(u, a3);
            a4 = everywhere(x, x4 + i).fma(u, a4);
            a5 = everywhere(x, x5 + i).fma(u, a5);
            a6 = everywhere(x, x6 + i).fma(u, a6);
            a7 = everywhere(x, x7 + i).fma(u, a7);
            a8 = everywhere(x, x8 + i).fma(u, a8);
            a9 = everywhere(x, x9 + i).fma(u, a9);
            a10 = everywhere(x, x10 + i).fma(u, a10);
            a11 = everywhere(x, x11 + i).fma(u, a11);
        }
        int[] to = pixels.y();
        if (residual != null) {
            int[] from = pixels.residual();
            a0 = a0.add(load(residual, from[at + 0] + yAt));
            a1 = a1.add(load(residual, from[at + 1] + yAt));
            a2 = a2.add(load(residual, from[at + 2] + yAt));
            a3 = a3.add(load(residual, from[at + 3] + yAt));
            a4 = a4.add(load(residual, from[at + 4] + yAt));
            a5 = a5.add(load(residual, from[at + 5] + yAt));
            a6 = a6.add(load(residual, from[at + 6] + yAt));
            a7 = a7.add(load(residual, from[at + 7] + yAt));
            a8 = a8.add(load(residual, from[at + 8] + yAt));
            a9 = a9.add(load(residual, from[at + 9] + yAt));
            a10 = a10.add(load(residual, from[at + 10] + yAt));
            a11 = a11.add(load(residual, from[at + 11] + yAt));
        }
        a0.max(floor).intoArray(y, to[at + 0] + yAt);
        a1.max(floor).intoArray(y, to[at + 1] + yAt);
        a2.max(floor).intoArray(y, to[at + 2] + yAt);
        a3.max(floor).intoArray(y, to[at + 3] + yAt);
        a4.max(floor).intoArray(y, to[at + 4] + yAt);
        a5.max(floor).intoArray(y, to[at + 5] + yAt);
        a6.max(floor).intoArray(y, to[at + 6] + yAt);
        a7.max(floor).intoArray(y, to[at + 7] + yAt);
        a8.max(floor).intoArray(y, to[at + 8] + yAt);
        a9.max(floor).intoArray(y, to[at + 9] + yAt);
        a10.max(floor).intoArray(y, to[at + 10] + yAt);
        a11.max(floor).intoArray(y, to[at + 11] + yAt);
    }
}
