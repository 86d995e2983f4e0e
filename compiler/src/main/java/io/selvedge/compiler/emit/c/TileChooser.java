package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.WeightPacking;

/**
 * Chooses the register tile of a dense convolution by a static cost model: output pixels times vectors of output channels.
 * A step of the inner loop costs the most of its multiply-adds, its loads, and the latency of a dependent multiply-add; a tile
 * costs its steps and its prologue and epilogue.
 */
final class TileChooser {
    private static final int LATENCY_STEPS = 8;
    private static final int NARROW = 8;

    private TileChooser() {}

    /** @param tile pixels of one row, {@code rows} rows, {@code blocks} vectors of channels */
    record Tile(int tile, int rows, int blocks) {}

    /**
     * @param lanes channels of a vector
     * @param steps inner-loop steps of one pixel and vector
     * @param vectors vectors of output channels
     * @param accumulators most vectors that stay in registers
     */
    static Tile choose(
            int width, int height, int vectors, int lanes, long steps, int accumulators, boolean quantized) {
        boolean several = width <= NARROW && height > 1;
        Tile best = new Tile(1, 1, 1);
        double bestCost = Double.POSITIVE_INFINITY;
        for (int blocks = 1; blocks <= Math.min(vectors, NARROW); blocks++) {
            if (!startsWithBlocks(blocks * lanes)) {
                continue;
            }
            for (int tile = 1; tile <= width && tile * blocks <= accumulators; tile++) {
                int rows = several && tile == width ? Math.min(height, accumulators / (tile * blocks)) : 1;
                double cost = cost(width, height, vectors, steps, tile, rows, blocks, quantized);
                if (cost < bestCost - 1e-9) {
                    bestCost = cost;
                    best = new Tile(tile, rows, blocks);
                }
            }
        }
        return best;
    }

    /** Chunks of channels must not straddle the packed blocks of 16. */
    private static boolean startsWithBlocks(int channels) {
        return channels % WeightPacking.BLOCK == 0 || WeightPacking.BLOCK % channels == 0;
    }

    private static double cost(
            int width, int height, int vectors, long steps, int tile, int rows, int blocks, boolean quantized) {
        double cost = 0;
        int[][] chunks = {{blocks, vectors / blocks}, {vectors % blocks, 1}};
        int[][] columns = {{tile, width / tile}, {width % tile, 1}};
        int[][] bands = {{rows, height / rows}, {height % rows, 1}};
        for (int[] chunk : chunks) {
            for (int[] column : columns) {
                for (int[] band : bands) {
                    int pixels = column[0] * band[0];
                    if (chunk[0] > 0 && pixels > 0) {
                        long times = (long) chunk[1] * column[1] * band[1];
                        int step = Math.max(Math.max(pixels * chunk[0], pixels + chunk[0]), LATENCY_STEPS);
                        cost += times * (step * (double) steps + 10 + pixels * chunk[0] * (quantized ? 6 : 3));
                    }
                }
            }
        }
        return cost;
    }
}
