package io.selvedge.jvm.vector;

import static io.selvedge.jvm.kernel.Tiles.BLOCK;
import static io.selvedge.jvm.vector.VectorTiles.LANES;
import static io.selvedge.jvm.vector.VectorTiles.SPECIES;
import static io.selvedge.jvm.vector.VectorTiles.load;

import io.selvedge.jvm.kernel.PixelList;
import io.selvedge.jvm.kernel.Span;
import jdk.incubator.vector.FloatVector;

/**
 * The loop that convolutions and matrix products spend their time in. Sums are variables, so that they stay in registers; twelve of
 * them hide the latency of a multiplication, and with more the compiler runs out of registers.
 */
final class Products {
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
            boolean positive) {
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
                FloatVector s;
                s = FloatVector.broadcast(SPECIES, x[x0 + i]);
                a0 = s.fma(u, a0);
                b0 = s.fma(v, b0);
                s = FloatVector.broadcast(SPECIES, x[x1 + i]);
                a1 = s.fma(u, a1);
                b1 = s.fma(v, b1);
                s = FloatVector.broadcast(SPECIES, x[x2 + i]);
                a2 = s.fma(u, a2);
                b2 = s.fma(v, b2);
                s = FloatVector.broadcast(SPECIES, x[x3 + i]);
                a3 = s.fma(u, a3);
                b3 = s.fma(v, b3);
                s = FloatVector.broadcast(SPECIES, x[x4 + i]);
                a4 = s.fma(u, a4);
                b4 = s.fma(v, b4);
                s = FloatVector.broadcast(SPECIES, x[x5 + i]);
                a5 = s.fma(u, a5);
                b5 = s.fma(v, b5);
            }
            w += length * BLOCK;
        }
        store(pixels, at + 0, a0, y, yAt, residual, positive);
        store(pixels, at + 0, b0, y, yAt + LANES, residual, positive);
        store(pixels, at + 1, a1, y, yAt, residual, positive);
        store(pixels, at + 1, b1, y, yAt + LANES, residual, positive);
        store(pixels, at + 2, a2, y, yAt, residual, positive);
        store(pixels, at + 2, b2, y, yAt + LANES, residual, positive);
        store(pixels, at + 3, a3, y, yAt, residual, positive);
        store(pixels, at + 3, b3, y, yAt + LANES, residual, positive);
        store(pixels, at + 4, a4, y, yAt, residual, positive);
        store(pixels, at + 4, b4, y, yAt + LANES, residual, positive);
        store(pixels, at + 5, a5, y, yAt, residual, positive);
        store(pixels, at + 5, b5, y, yAt + LANES, residual, positive);
    }

    /** Six pixels times one vector of channels. */
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
            boolean positive) {
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
        int w = 0;
        int length = span.length();
        for (int offset : span.offsets()) {
            for (int k = 0; k < length; k++) {
                int i = k + offset;
                FloatVector u = load(weights, first + w + k * BLOCK);
                FloatVector s;
                s = FloatVector.broadcast(SPECIES, x[x0 + i]);
                a0 = s.fma(u, a0);
                s = FloatVector.broadcast(SPECIES, x[x1 + i]);
                a1 = s.fma(u, a1);
                s = FloatVector.broadcast(SPECIES, x[x2 + i]);
                a2 = s.fma(u, a2);
                s = FloatVector.broadcast(SPECIES, x[x3 + i]);
                a3 = s.fma(u, a3);
                s = FloatVector.broadcast(SPECIES, x[x4 + i]);
                a4 = s.fma(u, a4);
                s = FloatVector.broadcast(SPECIES, x[x5 + i]);
                a5 = s.fma(u, a5);
            }
            w += length * BLOCK;
        }
        store(pixels, at + 0, a0, y, yAt, residual, positive);
        store(pixels, at + 1, a1, y, yAt, residual, positive);
        store(pixels, at + 2, a2, y, yAt, residual, positive);
        store(pixels, at + 3, a3, y, yAt, residual, positive);
        store(pixels, at + 4, a4, y, yAt, residual, positive);
        store(pixels, at + 5, a5, y, yAt, residual, positive);
    }

    private static void store(
            PixelList pixels, int pixel, FloatVector sum, float[] y, int yAt, float[] residual, boolean positive) {
        FloatVector value = sum;
        if (residual != null) {
            value = value.add(load(residual, pixels.residual()[pixel] + yAt));
        }
        if (positive) {
            value = value.max(0f);
        }
        value.intoArray(y, pixels.y()[pixel] + yAt);
    }
}
