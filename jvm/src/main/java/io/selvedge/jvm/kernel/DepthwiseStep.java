package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;

/** A depthwise f32 convolution. */
final class DepthwiseStep implements Step {
    private final Kernel.DepthwiseConv conv;
    private final PixelWalk walk;
    private final int[] taps;
    private final int blocks;
    private final float[] packed;
    private final float[] bias;
    private final Epilogue epilogue;

    DepthwiseStep(Program program, Weights weights, Kernel.DepthwiseConv conv) {
        this.conv = conv;
        Buffer x = program.buffer(conv.x());
        Buffer y = program.buffer(conv.y());
        Buffer residual = conv.residual() < 0 ? null : program.buffer(conv.residual());
        walk = PixelWalk.of(x, y, residual, conv.window());
        taps = taps(x, conv.window());
        blocks = (y.c() + Tiles.BLOCK - 1) / Tiles.BLOCK;
        packed = weights.floats(conv.weights());
        bias = weights.floats(conv.bias());
        epilogue = Epilogue.of(conv.epilogue());
    }

    static int[] taps(Buffer x, Kernel.Window w) {
        int[] taps = new int[w.kernelH() * w.kernelW()];
        for (int i = 0; i < taps.length; i++) {
            taps[i] = i / w.kernelW() * w.dilationH() * x.rowPitch() + i % w.kernelW() * w.dilationW() * x.pixelPitch();
        }
        return taps;
    }

    @Override
    public int run(Memory memory) {
        float[] x = memory.floats(conv.x());
        float[] y = memory.floats(conv.y());
        float[] residual = epilogue.residual(memory, conv.residual());
        PixelList pixels = memory.scratch().pixels();
        int channels = blocks * Tiles.BLOCK;
        for (int first = 0; first < walk.pixels(); ) {
            first = walk.fill(pixels, first);
            if (epilogue.isFormula()) {
                float[] sums = memory.scratch().floats(1, PixelList.CAPACITY * channels);
                products(memory.tiles(), memory.scratch().beside(channels), x, sums, null, false);
                epilogue.store(memory, pixels, sums, channels, y, conv.residual());
            } else {
                products(memory.tiles(), pixels, x, y, residual, epilogue.positive());
            }
        }
        return 0;
    }

    private void products(Tiles tiles, PixelList pixels, float[] x, float[] y, float[] residual, boolean positive) {
        for (int channel = 0; channel < blocks * Tiles.BLOCK; channel += Tiles.BLOCK) {
            tiles.depthwise(
                    pixels,
                    taps,
                    x,
                    channel,
                    packed,
                    channel * taps.length,
                    bias,
                    channel,
                    y,
                    channel,
                    residual,
                    positive);
        }
    }
}
