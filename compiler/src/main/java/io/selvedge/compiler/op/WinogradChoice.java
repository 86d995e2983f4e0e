package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WeightPacking;
import java.util.Optional;

/**
 * Whether Winograd's algorithm computes a convolution sooner than the direct kernel, and in blocks of how many tiles. Costs
 * are in multiply-adds of 16 lanes, of which a core does about one per cycle.
 */
record WinogradChoice(int block, int channels, int outputs, int products) {
    private static final int TILE = 4;
    private static final int LONGEST_BLOCK = 28;
    private static final int SHORTEST_BLOCK = 8;
    private static final int SCRATCH_BYTES = 128 * 1024;

    /** Additions, loads and stores of both transforms, per tile, product and vector of channels. */
    private static final double TRANSFORM = 3.6;

    /** Bytes of transformed weights that arrive per cycle when they come from the second cache, and from beyond. */
    private static final double NEAR_BYTES = 32;

    private static final double FAR_BYTES = 8;
    private static final int NEAR = 768 * 1024;
    private static final double WORTHWHILE = 0.8;

    /** With stride 2 there is less to gain than what waiting for more weights than this may cost. */
    private static final int MOST_FOR_STRIDE_2 = 3 << 20;

    static Optional<WinogradChoice> of(ConvGeometry g, Buffer x) {
        Kernel.Window w = g.window();
        boolean fits = g.group() == 1
                && w.kernelH() == 3
                && w.kernelW() == 3
                && w.strideH() <= 2
                && w.strideW() == w.strideH()
                && w.dilationH() == 1
                && w.dilationW() == 1
                && g.oh() >= TILE
                && g.ow() >= TILE
                && x.pixelPitch() % 16 == 0;
        if (!fits) {
            return Optional.empty();
        }
        int inputs = WeightPacking.roundUp(g.c());
        int outputs = WeightPacking.roundUp(g.oc());
        int tiles = Math.ceilDiv(g.oh(), TILE) * Math.ceilDiv(g.ow(), TILE);
        int perTile = Kernel.Winograd.products(w.strideH());
        int scratchPerTile = perTile * (inputs + outputs) * Float.BYTES;
        int longest = Math.clamp(SCRATCH_BYTES / scratchPerTile, SHORTEST_BLOCK, LONGEST_BLOCK);
        int blocks = Math.ceilDiv(tiles, longest);
        int block = Math.ceilDiv(tiles, blocks);
        double products = (double) perTile * g.c() * outputs / 16;
        double weightBytes = (double) Kernel.Winograd.products(1) * g.c() * outputs * Float.BYTES;
        if (w.strideH() == 2 && weightBytes > MOST_FOR_STRIDE_2) {
            return Optional.empty();
        }
        double perBlock = Math.max(block * products, weightBytes / (weightBytes <= NEAR ? NEAR_BYTES : FAR_BYTES));
        double winograd = blocks * (perBlock + block * TRANSFORM * perTile * (inputs + outputs) / 32);
        double direct = 9.0 * g.c() * outputs / 16 * g.oh() * g.ow();
        return winograd < WORTHWHILE * direct
                ? Optional.of(new WinogradChoice(block, g.c(), outputs, perTile))
                : Optional.empty();
    }

    Kernel.Winograd kernel(Kernel.Conv conv, ProgramBuilder builder) {
        int inputs = WeightPacking.roundUp(channels);
        String name = builder.buffer(conv.y()).name() + ".winograd";
        int scratch = builder.temporary(name, DType.FLOAT32, products, block, inputs + outputs)
                .buffer();
        return new Kernel.Winograd(conv, block, scratch, channels, outputs);
    }
}
