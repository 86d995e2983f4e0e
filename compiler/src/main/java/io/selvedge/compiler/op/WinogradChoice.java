package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WeightPacking;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
        if (g.group() != 1) {
            return Optional.empty();
        }
        List<WinogradChoice> possible = possible(g.window(), x, g.c(), g.oc(), g.oh(), g.ow());
        return possible.stream().limit(1).filter(choice -> choice.pays(g)).findFirst();
    }

    /** The ways to compute a convolution between two buffers so, that in the longest blocks first; none if it is not possible. */
    static List<WinogradChoice> possible(Kernel.Window window, Buffer x, Buffer y) {
        return possible(window, x, x.c(), y.c(), y.h(), y.w());
    }

    private static List<WinogradChoice> possible(Kernel.Window w, Buffer x, int c, int oc, int oh, int ow) {
        boolean fits = w.kernelH() == 3
                && w.kernelW() == 3
                && w.strideH() <= 2
                && w.strideW() == w.strideH()
                && w.dilationH() == 1
                && w.dilationW() == 1
                && oh >= TILE
                && ow >= TILE
                && x.pixelPitch() % 16 == 0;
        if (!fits) {
            return List.of();
        }
        int outputs = WeightPacking.roundUp(oc);
        int tiles = Math.ceilDiv(oh, TILE) * Math.ceilDiv(ow, TILE);
        int perTile = Kernel.Winograd.products(w.strideH());
        int scratchPerTile = perTile * (WeightPacking.roundUp(c) + outputs) * Float.BYTES;
        int longest = Math.clamp(SCRATCH_BYTES / scratchPerTile, SHORTEST_BLOCK, LONGEST_BLOCK);
        return IntStream.of(longest, longest / 2)
                .map(most -> Math.ceilDiv(tiles, Math.ceilDiv(tiles, most)))
                .distinct()
                .mapToObj(block -> new WinogradChoice(block, c, outputs, perTile))
                .toList();
    }

    private boolean pays(ConvGeometry g) {
        int inputs = WeightPacking.roundUp(channels);
        int tiles = Math.ceilDiv(g.oh(), TILE) * Math.ceilDiv(g.ow(), TILE);
        int blocks = Math.ceilDiv(tiles, block);
        double each = (double) products * channels * outputs / 16;
        double weightBytes = (double) Kernel.Winograd.products(1) * channels * outputs * Float.BYTES;
        if (g.window().strideH() == 2 && weightBytes > MOST_FOR_STRIDE_2) {
            return false;
        }
        double perBlock = Math.max(block * each, weightBytes / (weightBytes <= NEAR ? NEAR_BYTES : FAR_BYTES));
        double winograd = blocks * (perBlock + block * TRANSFORM * products * (inputs + outputs) / 32);
        double direct = 9.0 * channels * outputs / 16 * g.oh() * g.ow();
        return winograd < WORTHWHILE * direct;
    }

    Kernel.Winograd kernel(Kernel.Conv conv, ProgramBuilder builder) {
        int inputs = WeightPacking.roundUp(channels);
        String name = builder.buffer(conv.y()).name() + ".winograd";
        int scratch = builder.temporary(name, DType.FLOAT32, products, block, inputs + outputs)
                .buffer();
        return new Kernel.Winograd(conv, block, scratch, channels, outputs);
    }
}
