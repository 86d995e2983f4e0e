package io.selvedge.jvm.kernel;

/** The loops in plain Java, for a first call and for machines without the Vector API. */
public final class ScalarTiles implements Tiles {
    private final float[] sums = new float[BLOCK];

    @Override
    public void products(
            PixelList pixels,
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
        for (int p = 0; p < pixels.count; p++) {
            for (int b = 0; b < blocks; b++) {
                int w = weightsAt + (b * span.depth() + span.weightsAt()) * BLOCK;
                System.arraycopy(bias, biasAt + b * BLOCK, sums, 0, BLOCK);
                for (int offset : span.offsets()) {
                    int from = pixels.x[p] + offset;
                    w = run(x, from, from + span.length(), weights, w, sums);
                }
                int channel = yAt + b * BLOCK;
                finish(
                        sums,
                        0,
                        null,
                        residual,
                        pixels.residual[p] + channel,
                        positive,
                        y,
                        pixels.y[p] + channel,
                        BLOCK);
            }
        }
    }

    @Override
    public void rows(
            float[] x,
            int xAt,
            int xPitch,
            int rows,
            float[] weights,
            int weightsAt,
            int depth,
            float[] y,
            int yAt,
            int outputs) {
        for (int r = 0; r < rows; r++) {
            int from = xAt + r * xPitch;
            for (int channel = 0; channel < outputs; channel += BLOCK) {
                java.util.Arrays.fill(sums, 0);
                run(x, from, from + depth, weights, weightsAt + channel * depth, sums);
                System.arraycopy(sums, 0, y, yAt + r * outputs + channel, BLOCK);
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
            finish(sums, 0, null, residual, pixels.residual[p] + yAt, positive, y, pixels.y[p] + yAt, BLOCK);
        }
    }

    @Override
    public void winogradIn(
            float[] x, int at, int row, int col, float[] v, int vAt, int plane, int channels, float[] lines) {
        for (int r = 0; r < 6; r++) {
            linesIn(x, at + r * row, col, lines, r * 6 * channels, channels, channels);
        }
        for (int c = 0; c < 6; c++) {
            linesIn(lines, c * channels, 6 * channels, v, vAt + c * plane, 6 * plane, channels);
        }
    }

    @Override
    public void winogradOut(
            float[] m,
            int at,
            int plane,
            float[] bias,
            float[] residual,
            Place residualAt,
            boolean positive,
            float[] y,
            Place yAt,
            int channels,
            float[] lines) {
        for (int r = 0; r < 6; r++) {
            linesOut(m, at + r * 6 * plane, plane, lines, r * 4 * channels, channels, channels);
        }
        int sumsAt = 24 * channels;
        for (int col = 0; col < 4; col++) {
            linesOut(lines, col * channels, 4 * channels, lines, sumsAt, channels, channels);
            for (int row = 0; row < 4; row++) {
                int from = residualAt.first() + row * residualAt.row() + col * residualAt.col();
                int to = yAt.first() + row * yAt.row() + col * yAt.col();
                finish(lines, sumsAt + row * channels, bias, residual, from, positive, y, to, channels);
            }
        }
    }

    private static void linesIn(float[] d, int at, int step, float[] to, int toAt, int toStep, int channels) {
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

    private static void linesOut(float[] m, int at, int step, float[] to, int toAt, int toStep, int channels) {
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

    private static void finish(
            float[] x,
            int at,
            float[] bias,
            float[] residual,
            int residualAt,
            boolean positive,
            float[] y,
            int yAt,
            int channels) {
        for (int c = 0; c < channels; c++) {
            float sum = bias == null ? x[at + c] : x[at + c] + bias[c];
            if (residual != null || bias != null) {
                // As the loops on vectors, which add zeros where there is no residual: -0 becomes 0.
                sum += residual != null ? residual[residualAt + c] : 0;
            }
            y[yAt + c] = positive ? Math.max(sum, 0) : sum;
        }
    }
}
