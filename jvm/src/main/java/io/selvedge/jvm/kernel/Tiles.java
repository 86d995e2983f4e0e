package io.selvedge.jvm.kernel;

/**
 * The inner loops that nearly all time is spent in, over blocks of 16 channels. There are two of it, {@link ScalarTiles} and one on
 * vectors, which give the same bits: every sum goes through its products in the same order, each fused with its addition.
 */
public interface Tiles {
    /** Channels that are packed together. */
    int BLOCK = 16;

    /** A list of pixels is filled up to a multiple of this, so that loops may take several at once. */
    int PIXELS = 12;

    /**
     * Products of all pixels of a list with one or two blocks of channels: {@code bias + sum x * w}, plus residual, cut off below 0.
     *
     * @param y where results go, at {@code pixels.y}
     * @param residual at {@code pixels.residual}; null for none
     * @param positive whether what is negative becomes 0
     */
    void products(
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
            boolean positive);

    /** The same of one tap per channel: a filter for every channel of one block. */
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
            boolean positive);

    /**
     * {@code y = x * w} for dense rows.
     *
     * @param depth elements of a row of x that count; weights are {@code [outputs / 16][depth][16]}
     * @param rows at least 1
     */
    void rows(
            float[] x,
            int xAt,
            int xPitch,
            int rows,
            float[] weights,
            int weightsAt,
            int depth,
            float[] y,
            int yAt,
            int outputs);

    /**
     * B' d B of Winograd's algorithm for one tile of 6x6 pixels.
     *
     * @param channels a multiple of 16
     * @param v the planes, which lie {@code plane} apart
     * @param lines scratch of {@code 36 * channels}
     */
    void winogradIn(float[] x, int at, int row, int col, float[] v, int vAt, int plane, int channels, float[] lines);

    /**
     * A' m A for one tile of 4x4 outputs, plus bias and residual, cut off below 0.
     *
     * @param residual null for none; it lies as y does, {@code row} and {@code col} apart from pixel to pixel
     */
    void winogradOut(
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
            float[] lines);

    /** Where a tile lies: its first element, and how far apart its rows and columns are. */
    record Place(int first, int row, int col) {}
}
