package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.Arrays;

/** A depthwise u8 x s8 convolution, multiplied as f32, which is exact as {@link QConvStep} says. */
final class QDepthwiseStep implements Step {
    private final Kernel.QDepthwiseConv conv;
    private final Buffer x;
    private final Buffer y;
    private final boolean adds;
    private final PixelWalk walk;
    private final int[] taps;
    private final float[] packed;
    private final float[] zeros = new float[Tiles.BLOCK];
    private final Requantizer requantizer;

    QDepthwiseStep(Program program, Weights weights, Kernel.QDepthwiseConv conv) {
        this.conv = conv;
        x = program.buffer(conv.x());
        y = program.buffer(conv.y());
        adds = conv.residual() >= 0;
        walk = PixelWalk.of(x, y, adds ? program.buffer(conv.residual()) : null, conv.window());
        taps = DepthwiseStep.taps(x, conv.window());
        int blocks = (y.c() + Tiles.BLOCK - 1) / Tiles.BLOCK;
        packed = widened(weights.octets(conv.weights()), blocks, conv.window());
        requantizer = new Requantizer(conv.requantize(), weights.ints(conv.bias()), weights.floats(conv.scales()));
    }

    /** {@code [blocks][ceil(kernelH / 4)][kernelW][16][4]} bytes as {@code [blocks][kernelH][kernelW][16]} floats. */
    private static float[] widened(byte[] bytes, int blocks, Kernel.Window w) {
        int groups = (w.kernelH() + 3) / 4;
        float[] floats = new float[blocks * w.kernelH() * w.kernelW() * Tiles.BLOCK];
        int to = 0;
        for (int block = 0; block < blocks; block++) {
            for (int row = 0; row < w.kernelH(); row++) {
                for (int col = 0; col < w.kernelW(); col++) {
                    int word = ((block * groups + row / 4) * w.kernelW() + col) * Tiles.BLOCK;
                    for (int c = 0; c < Tiles.BLOCK; c++) {
                        floats[to++] = bytes[(word + c) * 4 + row % 4];
                    }
                }
            }
        }
        return floats;
    }

    @Override
    public int run(Memory memory) {
        float[] floats = memory.scratch().floats(0, x.size());
        QConvStep.widen(memory.bytes(conv.x()), x.base(), floats, x.size());
        byte[] to = memory.bytes(conv.y());
        byte[] residual = adds ? memory.bytes(conv.residual()) : null;
        float[] sums = memory.scratch().floats(1, PixelList.CAPACITY * Tiles.BLOCK);
        PixelList pixels = memory.scratch().pixels();
        for (int first = 0; first < walk.pixels(); ) {
            first = walk.fill(pixels, first);
            PixelList beside = memory.scratch().beside(Tiles.BLOCK);
            for (int channel = 0; channel < y.c(); channel += Tiles.BLOCK) {
                int end = Math.min(y.c(), channel + Tiles.BLOCK);
                int[] whole = multiply(memory, beside, floats, channel, sums);
                for (int p = 0; p < pixels.count; p++) {
                    if (whole == null) {
                        requantizer.store(
                                sums, p * Tiles.BLOCK, residual, pixels.residual[p], to, pixels.y[p], channel, end);
                    } else {
                        requantizer.store(
                                whole, p * Tiles.BLOCK, residual, pixels.residual[p], to, pixels.y[p], channel, end);
                    }
                }
            }
        }
        return 0;
    }

    /** Sums of one block of channels; in whole numbers where a window has more taps than f32 adds up exactly, else null. */
    private int[] multiply(Memory memory, PixelList beside, float[] floats, int channel, float[] sums) {
        boolean parts = taps.length > QConvStep.EXACT;
        int count = beside.count * Tiles.BLOCK;
        int[] whole = parts ? memory.scratch().ints(count) : null;
        if (parts) {
            Arrays.fill(whole, 0, count, 0);
        }
        for (int tap = 0; tap < taps.length; tap += QConvStep.EXACT) {
            int[] some = parts ? Arrays.copyOfRange(taps, tap, Math.min(taps.length, tap + QConvStep.EXACT)) : taps;
            memory.tiles()
                    .depthwise(
                            beside,
                            some,
                            floats,
                            channel - x.base(),
                            packed,
                            (channel / Tiles.BLOCK * taps.length + tap) * Tiles.BLOCK,
                            zeros,
                            0,
                            sums,
                            0,
                            null,
                            false);
            if (parts) {
                QConvStep.addUp(whole, sums, count);
            }
        }
        return whole;
    }
}
