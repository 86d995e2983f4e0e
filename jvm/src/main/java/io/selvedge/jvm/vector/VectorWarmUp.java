package io.selvedge.jvm.vector;

import io.selvedge.jvm.kernel.PixelList;
import io.selvedge.jvm.kernel.ScalarTiles;
import io.selvedge.jvm.kernel.Span;
import io.selvedge.jvm.kernel.Tiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Calls the loops on vectors until each is compiled, which shows by its being faster than its plain twin. */
public final class VectorWarmUp {
    private static final int DEPTH = 64;
    private static final int CALLS = 40;
    private static final long GIVE_UP_NANOS = 20_000_000_000L;
    private static final int CHANNELS = 2 * Tiles.BLOCK;

    private final float[] numbers = new float[64 * 1024];
    private final float[] lines = new float[36 * CHANNELS];
    private final PixelList pixels = new PixelList();
    private final Span span = new Span(new int[] {0, DEPTH / 2}, DEPTH / 2, 0, DEPTH);

    private final Span shortRuns = new Span(new int[] {0, 16, 32, 48}, 8, 0, 32);

    private VectorWarmUp() {
        for (int i = 0; i < Tiles.PIXELS; i++) {
            pixels.add(i * CHANNELS, i * CHANNELS, i * CHANNELS);
        }
        pixels.fillUp();
    }

    /** The loops, compiled; empty where vectors are of no use on this machine. */
    public static Optional<Tiles> run() {
        if (!VectorTiles.isUseful()) {
            return Optional.empty();
        }
        Tiles vectors = new VectorTiles();
        return new VectorWarmUp().wins(vectors) ? Optional.of(vectors) : Optional.empty();
    }

    /** One of the loops. */
    private interface Loop {
        void call(Tiles tiles, float[] residual, boolean positive);
    }

    private boolean wins(Tiles vectors) {
        Tiles plain = new ScalarTiles();
        List<Loop> left = new ArrayList<>(List.of(
                (tiles, residual, positive) -> products(tiles, span, 2, residual, positive),
                (tiles, residual, positive) -> products(tiles, span, 1, residual, positive),
                (tiles, residual, positive) -> products(tiles, shortRuns, 1, residual, positive),
                this::depthwise,
                (tiles, residual, positive) -> rows(tiles, Tiles.PIXELS, CHANNELS),
                (tiles, residual, positive) -> rows(tiles, Tiles.PIXELS, Tiles.BLOCK),
                (tiles, residual, positive) ->
                        tiles.winogradIn(numbers, 0, 256, CHANNELS, numbers, 8192, 1024, CHANNELS, lines),
                this::winogradOut));
        long start = System.nanoTime();
        while (!left.isEmpty() && System.nanoTime() - start < GIVE_UP_NANOS) {
            left.removeIf(loop -> nanos(loop, vectors) < nanos(loop, plain));
        }
        return left.isEmpty();
    }

    private void winogradOut(Tiles tiles, float[] residual, boolean positive) {
        Tiles.Place place = new Tiles.Place(0, 4 * CHANNELS, CHANNELS);
        tiles.winogradOut(numbers, 8192, 1024, numbers, residual, place, positive, numbers, place, CHANNELS, lines);
    }

    private void rows(Tiles tiles, int rows, int outputs) {
        tiles.rows(numbers, 0, DEPTH, rows, numbers, 8192, DEPTH, numbers, 32768, outputs);
    }

    private long nanos(Loop loop, Tiles tiles) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < CALLS; i++) {
            long start = System.nanoTime();
            loop.call(tiles, i % 2 == 0 ? null : numbers, i % 4 < 2);
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    private void products(Tiles tiles, Span span, int blocks, float[] residual, boolean positive) {
        tiles.products(pixels, span, blocks, numbers, numbers, 8192, numbers, 0, numbers, 32768, residual, positive);
    }

    private void depthwise(Tiles tiles, float[] residual, boolean positive) {
        int[] taps = {0, 32, 64, 512, 544, 576, 1024, 1056, 1088};
        tiles.depthwise(pixels, taps, numbers, 0, numbers, 8192, numbers, 0, numbers, 32768, residual, positive);
    }
}
