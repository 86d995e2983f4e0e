package io.selvedge.jvm.kernel;

/** The loops in plain Java, for a first call and for machines without the Vector API. */
public final class ScalarTiles implements Tiles {
    private final float[] sums = new float[BLOCK];

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
        int end = Math.min(at + PIXELS, pixels.count);
        for (int p = at; p < end; p++) {
            for (int b = 0; b < blocks; b++) {
                int w = weightsAt + (b * span.depth() + span.weightsAt()) * BLOCK;
                System.arraycopy(bias, biasAt + b * BLOCK, sums, 0, BLOCK);
                for (int offset : span.offsets()) {
                    int from = pixels.x[p] + offset;
                    w = run(x, from, from + span.length(), weights, w, sums);
                }
                finish(
                        sums,
                        0,
                        null,
                        0,
                        residual,
                        pixels.residual[p] + yAt + b * BLOCK,
                        positive,
                        y,
                        pixels.y[p] + yAt + b * BLOCK,
                        BLOCK);
            }
        }
    }

    private static int run(float[] x, int from, int to, float[] weights, int at, float[] sums) {
        int w = at;
        for (int i = from; i < to; i++, w += BLOCK) {
            float value = x[i];
            for (int c = 0; c < BLOCK; c++) {
                sums[c] = Fused.multiplyAdd(value, weights[w + c], sums[c]);
            }
        }
        return w;
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
        for (int p = 0; p < pixels.count; p++) {
            System.arraycopy(bias, biasAt, sums, 0, BLOCK);
            for (int tap = 0; tap < taps.length; tap++) {
                int from = pixels.x[p] + xAt + taps[tap];
                int w = weightsAt + tap * BLOCK;
                for (int c = 0; c < BLOCK; c++) {
                    sums[c] = Fused.multiplyAdd(x[from + c], weights[w + c], sums[c]);
                }
            }
            finish(sums, 0, null, 0, residual, pixels.residual[p] + residualAt, positive, y, pixels.y[p] + yAt, BLOCK);
        }
    }

    @Override
    public void winogradIn(float[] d, int at, int step, float[] to, int toAt, int toStep, int channels) {
        for (int c = 0; c < channels; c++) {
            int from = at + c;
            float d0 = d[from];
            float d1 = d[from + step];
            float d2 = d[from + 2 * step];
            float d3 = d[from + 3 * step];
            float d4 = d[from + 4 * step];
            float d5 = d[from + 5 * step];
            float a = Fused.multiplyAdd(-4, d2, d4);
            float b = Fused.multiplyAdd(-4, d1, d3);
            float e = d4 - d2;
            float f = 2 * (d3 - d1);
            int t = toAt + c;
            to[t] = Fused.multiplyAdd(4, d0, Fused.multiplyAdd(-5, d2, d4));
            to[t + toStep] = a + b;
            to[t + 2 * toStep] = a - b;
            to[t + 3 * toStep] = e + f;
            to[t + 4 * toStep] = e - f;
            to[t + 5 * toStep] = Fused.multiplyAdd(4, d1, Fused.multiplyAdd(-5, d3, d5));
        }
    }

    @Override
    public void winogradOut(float[] m, int at, int step, float[] to, int toAt, int toStep, int channels) {
        for (int c = 0; c < channels; c++) {
            int from = at + c;
            float m1 = m[from + step];
            float m2 = m[from + 2 * step];
            float m3 = m[from + 3 * step];
            float m4 = m[from + 4 * step];
            float sum1 = m1 + m2;
            float diff1 = m1 - m2;
            float sum2 = m3 + m4;
            float diff2 = m3 - m4;
            int t = toAt + c;
            to[t] = m[from] + sum1 + sum2;
            to[t + toStep] = Fused.multiplyAdd(2, diff2, diff1);
            to[t + 2 * toStep] = Fused.multiplyAdd(4, sum2, sum1);
            to[t + 3 * toStep] = Fused.multiplyAdd(8, diff2, diff1) + m[from + 5 * step];
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
        for (int c = 0; c < channels; c++) {
            float sum = bias == null ? x[at + c] : x[at + c] + bias[biasAt + c];
            if (residual != null) {
                sum += residual[residualAt + c];
            }
            y[yAt + c] = positive ? Math.max(sum, 0) : sum;
        }
    }
}
