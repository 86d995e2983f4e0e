package io.selvedge.jvm.vector;

import io.selvedge.jvm.kernel.Fused;
import io.selvedge.jvm.kernel.PixelList;
import io.selvedge.jvm.kernel.Span;
import io.selvedge.jvm.kernel.Tiles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The loops on vectors of 4, 8 or 16 floats, whichever is this machine's widest. */
public final class VectorTiles implements Tiles {
    static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() > BLOCK ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    static final int LANES = SPECIES.length();

    /** Whether vectors are of any use here: fused multiplication is what they are for. */
    public static boolean isUseful() {
        return LANES >= 4 && Fused.isOneRounding();
    }

    @Override
    public void products(
            PixelList pixels,
            int at,
            Span span,
            int blocks,
            float[] x,
            float[] weights,
            int weightsAt,
            float[] bias,
            int biasAt,
            float[] y,
            int yAt,
            float[] residual,
            boolean positive) {
        int w = weightsAt + span.weightsAt() * BLOCK;
        int next = span.depth() * BLOCK;
        if (LANES == BLOCK) {
            if (blocks == 2) {
                Products.pair(pixels, at, span, x, weights, w, w + next, bias, biasAt, y, yAt, residual, positive);
            } else {
                Products.single(pixels, at, span, x, weights, w, bias, biasAt, y, yAt, residual, positive);
            }
            return;
        }
        for (int b = 0; b < blocks; b++) {
            for (int c = 0; c < BLOCK; c += 2 * LANES) {
                int from = w + b * next + c;
                int channel = b * BLOCK + c;
                Products.pair(
                        pixels,
                        at,
                        span,
                        x,
                        weights,
                        from,
                        from + LANES,
                        bias,
                        biasAt + channel,
                        y,
                        yAt + channel,
                        residual,
                        positive);
            }
        }
    }

    @Override
    public void depthwise(
            PixelList pixels,
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
        for (int c = 0; c < BLOCK; c += LANES) {
            for (int p = 0; p < pixels.count(); p += Depthwise.PIXELS) {
                Depthwise.tile(
                        pixels,
                        p,
                        taps,
                        x,
                        xAt + c,
                        weights,
                        weightsAt + c,
                        bias,
                        biasAt + c,
                        y,
                        yAt + c,
                        residual,
                        residualAt + c,
                        positive);
            }
        }
    }

    @Override
    public void winogradIn(float[] d, int at, int step, float[] to, int toAt, int toStep, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            int from = at + c;
            FloatVector d0 = load(d, from);
            FloatVector d1 = load(d, from + step);
            FloatVector d2 = load(d, from + 2 * step);
            FloatVector d3 = load(d, from + 3 * step);
            FloatVector d4 = load(d, from + 4 * step);
            FloatVector d5 = load(d, from + 5 * step);
            FloatVector minusFour = FloatVector.broadcast(SPECIES, -4);
            FloatVector four = FloatVector.broadcast(SPECIES, 4);
            FloatVector minusFive = FloatVector.broadcast(SPECIES, -5);
            FloatVector a = minusFour.fma(d2, d4);
            FloatVector b = minusFour.fma(d1, d3);
            FloatVector e = d4.sub(d2);
            FloatVector f = d3.sub(d1).mul(2f);
            int t = toAt + c;
            four.fma(d0, minusFive.fma(d2, d4)).intoArray(to, t);
            a.add(b).intoArray(to, t + toStep);
            a.sub(b).intoArray(to, t + 2 * toStep);
            e.add(f).intoArray(to, t + 3 * toStep);
            e.sub(f).intoArray(to, t + 4 * toStep);
            four.fma(d1, minusFive.fma(d3, d5)).intoArray(to, t + 5 * toStep);
        }
    }

    @Override
    public void winogradOut(float[] m, int at, int step, float[] to, int toAt, int toStep, int channels) {
        for (int c = 0; c < channels; c += LANES) {
            int from = at + c;
            FloatVector m1 = load(m, from + step);
            FloatVector m2 = load(m, from + 2 * step);
            FloatVector m3 = load(m, from + 3 * step);
            FloatVector m4 = load(m, from + 4 * step);
            FloatVector sum1 = m1.add(m2);
            FloatVector diff1 = m1.sub(m2);
            FloatVector sum2 = m3.add(m4);
            FloatVector diff2 = m3.sub(m4);
            int t = toAt + c;
            load(m, from).add(sum1).add(sum2).intoArray(to, t);
            FloatVector.broadcast(SPECIES, 2).fma(diff2, diff1).intoArray(to, t + toStep);
            FloatVector.broadcast(SPECIES, 4).fma(sum2, sum1).intoArray(to, t + 2 * toStep);
            FloatVector.broadcast(SPECIES, 8)
                    .fma(diff2, diff1)
                    .add(load(m, from + 5 * step))
                    .intoArray(to, t + 3 * toStep);
        }
    }

    @Override
    public void finish(
            float[] x,
            int at,
            float[] bias,
            int biasAt,
            float[] residual,
            int residualAt,
            boolean positive,
            float[] y,
            int yAt,
            int channels) {
        for (int c = 0; c < channels; c += LANES) {
            FloatVector sum = load(x, at + c);
            if (bias != null) {
                sum = sum.add(load(bias, biasAt + c));
            }
            if (residual != null) {
                sum = sum.add(load(residual, residualAt + c));
            }
            if (positive) {
                sum = sum.max(0f);
            }
            sum.intoArray(y, yAt + c);
        }
    }

    static FloatVector load(float[] array, int at) {
        return FloatVector.fromArray(SPECIES, array, at);
    }
}
