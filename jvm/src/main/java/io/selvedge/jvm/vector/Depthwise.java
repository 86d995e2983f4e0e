package io.selvedge.jvm.vector;

import static io.selvedge.jvm.kernel.Tiles.BLOCK;
import static io.selvedge.jvm.vector.VectorTiles.load;

import io.selvedge.jvm.kernel.PixelList;
import jdk.incubator.vector.FloatVector;

/** One vector of channels, each with a filter of its own; a tap's weights serve four pixels. */
final class Depthwise {
    static final int PIXELS = 4;

    private Depthwise() {}

    static void tile(
            PixelList pixels,
            int at,
            int[] taps,
            float[] x,
            int xAt,
            float[] weights,
            int weightsAt,
            float[] bias,
            int biasAt,
            float[] y,
            int yAt,
            float[] residual,
            int residualAt,
            boolean positive) {
        int[] places = pixels.x();
        int last = pixels.count() - 1;
        int p0 = Math.min(at + 0, last);
        int p1 = Math.min(at + 1, last);
        int p2 = Math.min(at + 2, last);
        int p3 = Math.min(at + 3, last);
        int x0 = places[p0] + xAt;
        int x1 = places[p1] + xAt;
        int x2 = places[p2] + xAt;
        int x3 = places[p3] + xAt;
        FloatVector a0 = load(bias, biasAt);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (int tap = 0; tap < taps.length; tap++) {
            FloatVector w = load(weights, weightsAt + tap * BLOCK);
            int offset = taps[tap];
            a0 = load(x, x0 + offset).fma(w, a0);
            a1 = load(x, x1 + offset).fma(w, a1);
            a2 = load(x, x2 + offset).fma(w, a2);
            a3 = load(x, x3 + offset).fma(w, a3);
        }
        store(pixels, p0, a0, y, yAt, residual, residualAt, positive);
        store(pixels, p1, a1, y, yAt, residual, residualAt, positive);
        store(pixels, p2, a2, y, yAt, residual, residualAt, positive);
        store(pixels, p3, a3, y, yAt, residual, residualAt, positive);
    }

    private static void store(
            PixelList pixels,
            int pixel,
            FloatVector sum,
            float[] y,
            int yAt,
            float[] residual,
            int residualAt,
            boolean positive) {
        FloatVector value = sum;
        if (residual != null) {
            value = value.add(load(residual, pixels.residual()[pixel] + residualAt));
        }
        if (positive) {
            value = value.max(0f);
        }
        value.intoArray(y, pixels.y()[pixel] + yAt);
    }
}
