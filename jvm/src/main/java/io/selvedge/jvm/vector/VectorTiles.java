package io.selvedge.jvm.vector;

import io.selvedge.jvm.kernel.Fused;
import io.selvedge.jvm.kernel.PixelList;
import io.selvedge.jvm.kernel.Span;
import io.selvedge.jvm.kernel.Tiles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The loops on vectors of 4, 8 or 16 floats, whichever is this machine's widest. */
public final class VectorTiles implements Tiles {
    static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() > BLOCK ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;

    static final int LANES = SPECIES.length();

    private static final VectorSpecies<Integer> BITS = VectorSpecies.of(int.class, SPECIES.vectorShape());

    /** Whether {@link #everywhere} goes through integers. */
    private static final boolean AS_BITS = System.getProperty("os.arch").equals("amd64");

    private static final float[] ZEROS = new float[BLOCK];

    /** Whether vectors are of any use here: fused multiplication is what they are for. */
    public static boolean isUseful() {
        return LANES >= 4 && Fused.isOneRounding();
    }

    /** What sums are cut off at. */
    private static float floor(boolean positive) {
        return positive ? 0 : Float.NEGATIVE_INFINITY;
    }

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
        int w = weightsAt + span.weightsAt() * BLOCK;
        int next = span.depth() * BLOCK;
        float floor = floor(positive);
        if (LANES == BLOCK && blocks == 1) {
            int[] elements = span.elements();
            for (int at = 0; elements.length > 0 && at < pixels.count(); at += Products.SINGLE_PIXELS) {
                Products.flat(pixels, at, elements, x, weights, w, bias, biasAt, y, yAt, residual, floor);
            }
            for (int at = 0; elements.length == 0 && at < pixels.count(); at += Products.SINGLE_PIXELS) {
                Products.single(pixels, at, span, x, weights, w, bias, biasAt, y, yAt, residual, floor);
            }
            return;
        }
        // Two neighbouring vectors: of two blocks, or of one.
        int apart = LANES == BLOCK ? next : LANES;
        for (int c = 0; c < blocks * BLOCK; c += 2 * LANES) {
            int from = w + c / BLOCK * next + c % BLOCK;
            for (int at = 0; at < pixels.count(); at += Products.PAIR_PIXELS) {
                Products.pair(
                        pixels,
                        at,
                        span,
                        x,
                        weights,
                        from,
                        from + apart,
                        bias,
                        biasAt + c,
                        y,
                        yAt + c,
                        residual,
                        floor);
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
            boolean positive) {
        float floor = floor(positive);
        for (int c = 0; c < BLOCK; c += LANES) {
            for (int at = 0; at < pixels.count(); at += Depthwise.PIXELS) {
                Depthwise.tile(
                        pixels,
                        at,
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
                        floor);
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
        int c = 0;
        int apart = LANES == BLOCK ? depth * BLOCK : LANES;
        for (; c + 2 * LANES <= outputs; c += 2 * LANES) {
            int w = weightsAt + c / BLOCK * BLOCK * depth + c % BLOCK;
            for (int done = 0; done < rows; done += rows < Rows.PAIR_ROWS ? 1 : Rows.PAIR_ROWS) {
                int r = first(done, rows, Rows.PAIR_ROWS);
                int from = xAt + r * xPitch;
                int to = yAt + r * outputs + c;
                boolean one = rows < Rows.PAIR_ROWS;
                Rows.pair(x, from, one ? 0 : xPitch, weights, w, w + apart, depth, y, to, one ? 0 : outputs);
            }
        }
        for (int done = 0; c < outputs && done < rows; done += rows < Rows.SINGLE_ROWS ? 1 : Rows.SINGLE_ROWS) {
            int r = first(done, rows, Rows.SINGLE_ROWS);
            int from = xAt + r * xPitch;
            int to = yAt + r * outputs + c;
            boolean one = rows < Rows.SINGLE_ROWS;
            Rows.single(x, from, one ? 0 : xPitch, weights, weightsAt + c * depth, depth, y, to, one ? 0 : outputs);
        }
    }

    /** Where a tile begins: the last goes over rows again, and where there are too few for one, each is a tile of one row many times. */
    private static int first(int done, int rows, int tile) {
        return rows < tile ? done : Math.min(done, rows - tile);
    }

    @Override
    public void winogradIn(
            float[] x, int at, int row, int col, float[] v, int vAt, int plane, int channels, float[] lines) {
        for (int c = 0; c < channels; c += LANES) {
            for (int r = 0; r < 6; r++) {
                lineIn(x, at + r * row + c, col, lines, r * 6 * LANES, LANES);
            }
            for (int i = 0; i < 6; i++) {
                lineIn(lines, i * LANES, 6 * LANES, v, vAt + i * plane + c, 6 * plane);
            }
        }
    }

    private static void lineIn(float[] d, int from, int step, float[] to, int t, int toStep) {
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
        four.fma(d0, minusFive.fma(d2, d4)).intoArray(to, t);
        a.add(b).intoArray(to, t + toStep);
        a.sub(b).intoArray(to, t + 2 * toStep);
        e.add(f).intoArray(to, t + 3 * toStep);
        e.sub(f).intoArray(to, t + 4 * toStep);
        four.fma(d1, minusFive.fma(d3, d5)).intoArray(to, t + 5 * toStep);
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
        float floor = floor(positive);
        // One loop for both keeps the method small enough to be compiled as a whole.
        boolean adds = residual != null;
        float[] added = adds ? residual : ZEROS;
        int addedAt = adds ? 1 : 0;
        int from = adds ? residualAt.first() : 0;
        int fromRow = adds ? residualAt.row() : 0;
        int fromCol = adds ? residualAt.col() : 0;
        for (int c = 0; c < channels; c += LANES) {
            for (int r = 0; r < 6; r++) {
                lineOut(m, at + r * 6 * plane + c, plane, lines, r * 4 * LANES, LANES);
            }
            for (int i = 0; i < 4; i++) {
                int to = yAt.first() + i * yAt.col() + c;
                finish(
                        lines,
                        i * LANES,
                        bias,
                        c,
                        added,
                        from + i * fromCol + addedAt * c,
                        fromRow,
                        floor,
                        y,
                        to,
                        yAt.row());
            }
        }
    }

    /** {@link #lineOut} for a column of a tile, of which the results are stored. */
    private static void finish(
            float[] lines,
            int at,
            float[] bias,
            int c,
            float[] residual,
            int from,
            int fromRow,
            float floor,
            float[] y,
            int to,
            int row) {
        FloatVector own = load(bias, c);
        FloatVector m1 = load(lines, at + 4 * LANES);
        FloatVector m2 = load(lines, at + 8 * LANES);
        FloatVector m3 = load(lines, at + 12 * LANES);
        FloatVector m4 = load(lines, at + 16 * LANES);
        FloatVector sum1 = m1.add(m2);
        FloatVector diff1 = m1.sub(m2);
        FloatVector sum2 = m3.add(m4);
        FloatVector diff2 = m3.sub(m4);
        FloatVector first = load(lines, at).add(sum1).add(sum2);
        FloatVector second = FloatVector.broadcast(SPECIES, 2).fma(diff2, diff1);
        FloatVector third = FloatVector.broadcast(SPECIES, 4).fma(sum2, sum1);
        FloatVector fourth = FloatVector.broadcast(SPECIES, 8).fma(diff2, diff1).add(load(lines, at + 20 * LANES));
        first.add(own).add(load(residual, from)).max(floor).intoArray(y, to);
        second.add(own).add(load(residual, from + fromRow)).max(floor).intoArray(y, to + row);
        third.add(own).add(load(residual, from + 2 * fromRow)).max(floor).intoArray(y, to + 2 * row);
        fourth.add(own).add(load(residual, from + 3 * fromRow)).max(floor).intoArray(y, to + 3 * row);
    }

    private static void lineOut(float[] m, int from, int step, float[] to, int t, int toStep) {
        FloatVector m1 = load(m, from + step);
        FloatVector m2 = load(m, from + 2 * step);
        FloatVector m3 = load(m, from + 3 * step);
        FloatVector m4 = load(m, from + 4 * step);
        FloatVector sum1 = m1.add(m2);
        FloatVector diff1 = m1.sub(m2);
        FloatVector sum2 = m3.add(m4);
        FloatVector diff2 = m3.sub(m4);
        load(m, from).add(sum1).add(sum2).intoArray(to, t);
        FloatVector.broadcast(SPECIES, 2).fma(diff2, diff1).intoArray(to, t + toStep);
        FloatVector.broadcast(SPECIES, 4).fma(sum2, sum1).intoArray(to, t + 2 * toStep);
        FloatVector.broadcast(SPECIES, 8)
                .fma(diff2, diff1)
                .add(load(m, from + 5 * step))
                .intoArray(to, t + 3 * toStep);
    }

    /**
     * One element in all lanes. On x86 HotSpot reads it from memory in one instruction only as an integer; as a float it takes two,
     * the second on a unit that multiplications need.
     */
    static FloatVector everywhere(float[] array, int at) {
        return AS_BITS
                ? IntVector.broadcast(BITS, Float.floatToRawIntBits(array[at])).reinterpretAsFloats()
                : FloatVector.broadcast(SPECIES, array[at]);
    }

    static FloatVector load(float[] array, int at) {
        return FloatVector.fromArray(SPECIES, array, at);
    }
}
