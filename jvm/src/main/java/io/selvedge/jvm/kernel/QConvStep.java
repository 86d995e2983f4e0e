package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.ArrayList;
import java.util.List;

/**
 * A dense u8 x s8 convolution, multiplied as f32: no dot product of bytes is reached from Java, and sums of up to 512 products are
 * exact in f32 (512 * 255 * 128 is below 2^24), in whatever order. Longer sums are added up in whole numbers.
 */
final class QConvStep implements Step {
    /** Products that f32 adds up without rounding. */
    static final int EXACT = 512;

    private final Kernel.QConv conv;
    private final Buffer x;
    private final Buffer y;
    private final boolean adds;
    private final PixelWalk walk;
    private final List<Span> spans;
    private final int blocks;
    private final float[] packed;
    private final float[] zeros;
    private final Requantizer requantizer;

    QConvStep(Program program, Weights weights, Kernel.QConv conv) {
        this.conv = conv;
        x = program.buffer(conv.x());
        y = program.buffer(conv.y());
        adds = conv.residual() >= 0;
        walk = PixelWalk.of(x, y, adds ? program.buffer(conv.residual()) : null, conv.window());
        int[] offsets = ConvStep.runs(x, conv.window());
        int length = ConvStep.runLength(x, conv.window());
        spans = exactSpans(offsets, length);
        blocks = (y.c() + Tiles.BLOCK - 1) / Tiles.BLOCK;
        packed = widened(weights.octets(conv.weights()), blocks * offsets.length, length);
        zeros = new float[blocks * Tiles.BLOCK];
        requantizer = new Requantizer(conv.requantize(), weights.ints(conv.bias()), weights.floats(conv.scales()));
    }

    /** {@code [runs][ceil(length / 4)][16][4]} bytes as {@code [runs][length][16]} floats. */
    static float[] widened(byte[] bytes, int runs, int length) {
        float[] floats = new float[runs * length * Tiles.BLOCK];
        int words = (length + 3) / 4;
        for (int run = 0; run < runs; run++) {
            for (int k = 0; k < length; k++) {
                for (int c = 0; c < Tiles.BLOCK; c++) {
                    floats[(run * length + k) * Tiles.BLOCK + c] =
                            bytes[((run * words + k / 4) * Tiles.BLOCK + c) * 4 + k % 4];
                }
            }
        }
        return floats;
    }

    /** Parts of a window whose sums are exact. */
    static List<Span> exactSpans(int[] offsets, int length) {
        List<Span> spans = new ArrayList<>();
        int depth = offsets.length * length;
        if (length <= EXACT) {
            int together = EXACT / Math.max(1, length);
            for (int run = 0; run < offsets.length; run += together) {
                int[] part = java.util.Arrays.copyOfRange(offsets, run, Math.min(offsets.length, run + together));
                spans.add(new Span(part, length, run * length, depth));
            }
            return spans;
        }
        for (int run = 0; run < offsets.length; run++) {
            for (int k = 0; k < length; k += EXACT) {
                int[] part = {offsets[run] + k};
                spans.add(new Span(part, Math.min(EXACT, length - k), run * length + k, depth));
            }
        }
        return spans;
    }

    @Override
    public int run(Memory memory) {
        float[] floats = memory.scratch().floats(0, x.size());
        widen(memory.bytes(conv.x()), x.base(), floats, x.size());
        byte[] to = memory.bytes(conv.y());
        byte[] residual = adds ? memory.bytes(conv.residual()) : null;
        int pitch = blocks * Tiles.BLOCK;
        float[] sums = memory.scratch().floats(1, PixelList.CAPACITY * pitch);
        PixelList pixels = memory.scratch().pixels();
        for (int first = 0; first < walk.pixels(); ) {
            first = walk.fill(pixels, first);
            // Places in x count from the buffer's own beginning.
            PixelList beside = memory.scratch().beside(pitch);
            for (int p = 0; p < PixelList.CAPACITY; p++) {
                beside.x[p] -= x.base();
            }
            if (spans.size() == 1) {
                ConvStep.products(
                        memory.tiles(), beside, spans.get(0), blocks, floats, packed, 0, zeros, sums, null, false);
                for (int p = 0; p < pixels.count; p++) {
                    requantizer.store(sums, p * pitch, residual, pixels.residual[p], to, pixels.y[p], 0, y.c());
                }
            } else {
                int[] whole = sumsOfSpans(memory, beside, floats, sums, pitch);
                for (int p = 0; p < pixels.count; p++) {
                    requantizer.store(whole, p * pitch, residual, pixels.residual[p], to, pixels.y[p], 0, y.c());
                }
            }
        }
        return 0;
    }

    private int[] sumsOfSpans(Memory memory, PixelList beside, float[] floats, float[] sums, int pitch) {
        int count = beside.count * pitch;
        int[] whole = memory.scratch().ints(count);
        java.util.Arrays.fill(whole, 0, count, 0);
        for (Span span : spans) {
            ConvStep.products(memory.tiles(), beside, span, blocks, floats, packed, 0, zeros, sums, null, false);
            addUp(whole, sums, count);
        }
        return whole;
    }

    static void addUp(int[] whole, float[] sums, int count) {
        for (int i = 0; i < count; i++) {
            whole[i] += (int) sums[i];
        }
    }

    static void widen(byte[] bytes, int at, float[] floats, int count) {
        for (int i = 0; i < count; i++) {
            floats[i] = bytes[at + i] & 0xff;
        }
    }
}
