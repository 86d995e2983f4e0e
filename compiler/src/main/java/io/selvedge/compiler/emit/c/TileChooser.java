package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.target.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Chooses register tiles by a small cost model: a step along K costs as many half-cycles as it has multiply-adds or loads,
 * whichever are more, and no fewer than the latency of a multiply-add; a tile costs its stores once more.
 */
final class TileChooser {
    /** Two multiply-adds of four cycles each in flight. */
    private static final int LATENCY = 8;

    private static final int TILE_COST = 10;
    private static final int STORE_COST = 3;
    private static final int MAX_TILE = 28;
    private static final int WEIGHTS_IN_CACHE = 200 * 1024;

    /** Lines of the first cache whose addresses agree in their lower 12 bits share one set of so many. */
    private static final int WAYS = 8;

    private static final int WAY_BYTES = 4096;
    private static final double LINES_LEAVE_CACHE = 1.4;

    /** What is offered besides: as many tiles, as many of them with one number of vectors, and of so much more cost. */
    private static final int MOST_TILES = 7;

    private static final int MOST_ALIKE = 4;
    private static final double WORTH_TRYING = 1.5;

    private final Target target;
    private final boolean eightBit;

    TileChooser(Target target, boolean eightBit) {
        this.target = target;
        this.eightBit = eightBit;
    }

    private record Costed(Tile tile, double cost) {}

    /**
     * Tiles for a convolution over {@code rows x cols} pixels, the best first. The others are such as the model may be wrong
     * about: another number of vectors, another order of the loops, or hardly more expensive.
     *
     * @param vectors vectors of output channels
     * @param rowDepth steps along K in one kernel row
     * @param kernelRows the kernel rows that bands need
     * @param xBytes input bytes that the windows cover
     * @param colBytes bytes from one pixel's window to the next's
     */
    List<Tile> ranked(
            int rows, int cols, int vectors, int rowDepth, KernelRows kernelRows, long xBytes, long colBytes) {
        long weightBytes = (long) vectors * target.lanes() * kernelRows.count() * rowDepth * 4;
        boolean pixelsFirst = weightBytes < Math.min(xBytes, WEIGHTS_IN_CACHE);
        List<Costed> all = new ArrayList<>();
        for (int blocks = 1; blocks <= Math.min(8, vectors); blocks++) {
            if (!dividesBlock(blocks)) {
                continue;
            }
            for (int bandRows = 1; bandRows <= rows; bandRows++) {
                // Tiles of several rows are whole rows.
                for (int tileCols = bandRows == 1 ? 1 : cols; tileCols <= cols; tileCols++) {
                    if (!fits(bandRows * tileCols, blocks)) {
                        break;
                    }
                    Tile tile = new Tile(bandRows, tileCols, blocks, pixelsFirst);
                    double cost = cost(rows, cols, vectors, rowDepth, kernelRows, tile);
                    if (linesOfOneSet(tileCols, colBytes) >= WAYS) {
                        cost *= LINES_LEAVE_CACHE;
                    }
                    all.add(new Costed(tile, cost));
                }
            }
        }
        // Of equal cost, what came first stays first.
        all.sort(Comparator.comparingDouble(Costed::cost));
        return some(all);
    }

    private static List<Tile> some(List<Costed> all) {
        if (all.isEmpty()) {
            return List.of(new Tile(1, 1, 1, true));
        }
        Costed best = all.getFirst();
        Set<Tile> some = new LinkedHashSet<>(List.of(best.tile(), best.tile().turned()));
        for (Costed each : all) {
            long alike = some.stream()
                    .filter(tile -> tile.blocks() == each.tile().blocks())
                    .count();
            if (some.size() < MOST_TILES && each.cost() <= WORTH_TRYING * best.cost() && alike < MOST_ALIKE) {
                some.add(each.tile());
            }
        }
        return List.copyOf(some);
    }

    /** How many of the pixels that are walked in step lie in one set of the first cache; one way is for weights. */
    private static int linesOfOneSet(int pixels, long colBytes) {
        if (colBytes == 0) {
            return 1;
        }
        long distinct = WAY_BYTES / Math.min(WAY_BYTES, Long.lowestOneBit(colBytes));
        return (int) Math.ceilDiv(pixels, distinct);
    }

    /** Vectors of a tile either make whole packed blocks of 16 channels or divide one. */
    private boolean dividesBlock(int blocks) {
        int parts = 16 / target.lanes();
        return blocks % parts == 0 || parts % blocks == 0;
    }

    private boolean fits(int pixels, int blocks) {
        int accumulators = pixels * blocks;
        int weights = blocks * (eightBit && !target.dotProduct() ? 2 : 1);
        // Without a dot product: even and odd bytes, a product and the mask; without fused multiply-add: a product.
        int scratch = eightBit && !target.dotProduct() ? 4 : target.fusedMultiplyAdd() ? 1 : 2;
        return accumulators <= MAX_TILE && accumulators + weights + scratch <= target.registers()
                || pixels == 1 && blocks == 1;
    }

    private double cost(int rows, int cols, int vectors, int rowDepth, KernelRows kernelRows, Tile tile) {
        int[][] groups = {{tile.blocks(), vectors / tile.blocks()}, {vectors % tile.blocks(), 1}};
        int[][] columns = {{tile.cols(), cols / tile.cols()}, {cols % tile.cols(), 1}};
        double cost = 0;
        for (int row = 0; row < rows; row += tile.rows()) {
            int bandRows = Math.min(tile.rows(), rows - row);
            int depth = kernelRows.used(row, bandRows) * rowDepth;
            for (int[] group : groups) {
                for (int[] column : columns) {
                    int pixels = bandRows * column[0];
                    if (pixels * group[0] > 0) {
                        cost += (double) group[1] * column[1] * tileCost(pixels, group[0], depth);
                    }
                }
            }
        }
        return cost;
    }

    private double tileCost(int pixels, int blocks, int depth) {
        double products = pixels * blocks;
        double step = products;
        double loads = pixels + blocks;
        if (eightBit && !target.dotProduct()) {
            step = 4 * products + 2.0 * pixels + 2.0 * blocks;
            loads = 0;
        } else if (!target.fusedMultiplyAdd()) {
            step = 2 * products + 2.0 * pixels;
        }
        return Math.max(Math.max(step, loads), LATENCY) * depth
                + TILE_COST
                + STORE_COST * products * (eightBit ? 2 : 1);
    }
}
