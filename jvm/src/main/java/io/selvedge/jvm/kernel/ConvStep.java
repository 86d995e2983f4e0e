package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;

/** A dense f32 convolution. */
final class ConvStep implements Step {
    private final Kernel.Conv conv;
    private final PixelWalk walk;
    private final Span span;
    private final int blocks;
    private final float[] packed;
    private final float[] bias;
    private final Epilogue epilogue;

    ConvStep(Program program, Weights weights, Kernel.Conv conv) {
        this.conv = conv;
        Buffer x = program.buffer(conv.x());
        Buffer y = program.buffer(conv.y());
        Buffer residual = conv.residual() < 0 ? null : program.buffer(conv.residual());
        walk = PixelWalk.of(x, y, residual, conv.window());
        int[] offsets = runs(x, conv.window());
        int length = runLength(x, conv.window());
        span = new Span(offsets, length, 0, offsets.length * length);
        blocks = (y.c() + Tiles.BLOCK - 1) / Tiles.BLOCK;
        packed = weights.floats(conv.weights());
        bias = weights.floats(conv.bias());
        epilogue = Epilogue.of(conv.epilogue());
    }

    /** Where the runs of a window begin: its rows, or its taps. */
    static int[] runs(Buffer x, Kernel.Window w) {
        int taps = w.tapRuns() ? w.kernelW() : 1;
        int[] offsets = new int[w.kernelH() * taps];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = i / taps * w.dilationH() * x.rowPitch() + i % taps * w.dilationW() * x.pixelPitch();
        }
        return offsets;
    }

    static int runLength(Buffer x, Kernel.Window w) {
        return w.kernelW() == 1 || w.tapRuns() ? x.c() : w.kernelW() * x.pixelPitch();
    }

    @Override
    public int run(Memory memory) {
        float[] y = memory.floats(conv.y());
        float[] x = memory.floats(conv.x());
        float[] residual = epilogue.residual(memory, conv.residual());
        PixelList pixels = memory.scratch().pixels();
        Tiles tiles = memory.tiles();
        for (int first = 0; first < walk.pixels(); ) {
            first = walk.fill(pixels, first);
            if (epilogue.isFormula()) {
                int channels = blocks * Tiles.BLOCK;
                PixelList beside = memory.scratch().beside(channels);
                float[] sums = memory.scratch().floats(1, PixelList.CAPACITY * channels);
                products(tiles, beside, span, blocks, x, packed, 0, bias, sums, null, false);
                epilogue.store(memory, pixels, sums, channels, y, conv.residual());
            } else {
                products(tiles, pixels, span, blocks, x, packed, 0, bias, y, residual, epilogue.positive());
            }
        }
        return 0;
    }

    /** All products of the pixels in the list, two blocks of channels at a time. */
    static void products(
            Tiles tiles,
            PixelList pixels,
            Span span,
            int blocks,
            float[] x,
            float[] packed,
            int packedAt,
            float[] bias,
            float[] y,
            float[] residual,
            boolean positive) {
        for (int b = 0; b < blocks; b += 2) {
            tiles.products(
                    pixels,
                    span,
                    Math.min(2, blocks - b),
                    x,
                    packed,
                    packedAt + b * span.depth() * Tiles.BLOCK,
                    bias,
                    b * Tiles.BLOCK,
                    y,
                    b * Tiles.BLOCK,
                    residual,
                    positive);
        }
    }
}
