package io.selvedge.jvm.kernel;

/**
 * The inner loops that nearly all time is spent in, over blocks of 16 channels. There are two of it, {@link ScalarTiles} and one on
 * vectors, which give the same bits: every sum goes through its products in the same order, each fused with its addition.
 */
public interface Tiles {
    /** Channels that are packed together. */
    int BLOCK = 16;

    /** Output pixels that a call computes at once. */
    int PIXELS = 6;

    /**
     * Products of {@link #PIXELS} pixels, from {@code at} on in the lists, with {@code blocks} blocks of channels. A pixel's value is
     * that of the last one again where a list ends early.
     *
     * @param y where results go, at {@code pixels.y}
     * @param residual added to the sums, at {@code pixels.residual}; null for none
     */
    void products(
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
            boolean positive);

    /** {@code y = bias + sum x * w} over taps for one block of channels and the pixels of the list. */
    void depthwise(
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
            boolean positive);

    /** B' d of Winograd's transform: six numbers {@code step} apart become six, for {@code channels} neighbours (a multiple of 16). */
    void winogradIn(float[] d, int at, int step, float[] to, int toAt, int toStep, int channels);

    /** A' m: six numbers become four. */
    void winogradOut(float[] m, int at, int step, float[] to, int toAt, int toStep, int channels);

    /** Adds bias and residual (null where there is none) and cuts off what is negative, for {@code channels} neighbours. */
    void finish(
            float[] x,
            int at,
            float[] bias,
            int biasAt,
            float[] residual,
            int residualAt,
            boolean positive,
            float[] y,
            int yAt,
            int channels);
}
