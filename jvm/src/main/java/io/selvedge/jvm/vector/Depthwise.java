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
            float floor) {
        int[] places = pixels.x();
        int x0 = places[at + 0] + xAt;
        int x1 = places[at + 1] + xAt;
        int x2 = places[at + 2] + xAt;
        int x3 = places[at + 3] + xAt;
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
        int[] to = pixels.y();
        if (residual != null) {
            int[] from = pixels.residual();
            a0 = a0.add(load(residual, from[at + 0] + yAt));
            a1 = a1.add(load(residual, from[at + 1] + yAt));
            a2 = a2.add(load(residual, from[at + 2] + yAt));
            a3 = a3.add(load(residual, from[at + 3] + yAt));
        }
        a0.max(floor).intoArray(y, to[at + 0] + yAt);
        a1.max(floor).intoArray(y, to[at + 1] + yAt);
        a2.max(floor).intoArray(y, to[at + 2] + yAt);
        a3.max(floor).intoArray(y, to[at + 3] + yAt);
    }
}
