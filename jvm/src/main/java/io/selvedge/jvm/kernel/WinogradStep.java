package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;

/** A 3x3 convolution with stride 1 by Winograd's F(4x4, 3x3): 36 products per pair of channels and 4x4 outputs instead of 144. */
final class WinogradStep implements Step {
    private static final int PLANES = 36;

    private final Kernel.Winograd winograd;
    private final Kernel.Conv conv;
    private final Buffer x;
    private final Buffer y;
    private final Buffer residual;
    private final Buffer scratch;
    private final PixelWalk walk;
    private final Span span;
    private final int inputs;
    private final int outputs;
    private final float[] prepared;
    private final float[] bias;
    private final float[] zeros;
    private final Epilogue epilogue;

    WinogradStep(Program program, Weights weights, Kernel.Winograd winograd) {
        this.winograd = winograd;
        conv = winograd.conv();
        x = program.buffer(conv.x());
        y = program.buffer(conv.y());
        residual = conv.residual() < 0 ? null : program.buffer(conv.residual());
        scratch = program.buffer(winograd.scratch());
        walk = PixelWalk.of(x, y, residual, conv.window());
        inputs = (x.c() + Tiles.BLOCK - 1) / Tiles.BLOCK * Tiles.BLOCK;
        outputs = winograd.outputs();
        span = new Span(new int[1], winograd.channels(), 0, winograd.channels());
        prepared = prepare(weights.floats(conv.weights()), outputs / Tiles.BLOCK, winograd.channels(), x.pixelPitch());
        bias = weights.floats(conv.bias());
        zeros = new float[outputs];
        epilogue = Epilogue.of(conv.epilogue());
    }

    /** G g G': {@code [block][3][3][pitch][16]} becomes {@code [plane][block][channels][16]}. */
    private static float[] prepare(float[] w, int blocks, int channels, int pitch) {
        int plane = blocks * channels * Tiles.BLOCK;
        float[] u = new float[PLANES * plane];
        float[] half = new float[18];
        float[] line = new float[6];
        for (int i = 0; i < plane; i++) {
            int block = i / Tiles.BLOCK / channels;
            int from = (block * 9 * pitch + i / Tiles.BLOCK % channels) * Tiles.BLOCK + i % Tiles.BLOCK;
            int step = pitch * Tiles.BLOCK;
            for (int col = 0; col < 3; col++) {
                line(w[from + col * step], w[from + (3 + col) * step], w[from + (6 + col) * step], line);
                for (int row = 0; row < 6; row++) {
                    half[row * 3 + col] = line[row];
                }
            }
            for (int row = 0; row < 6; row++) {
                line(half[row * 3], half[row * 3 + 1], half[row * 3 + 2], line);
                for (int col = 0; col < 6; col++) {
                    u[(row * 6 + col) * plane + i] = line[col];
                }
            }
        }
        return u;
    }

    private static void line(float a, float b, float d, float[] to) {
        to[0] = a * 0.25f;
        to[1] = (a + b + d) * (-1.0f / 6);
        to[2] = (a - b + d) * (-1.0f / 6);
        to[3] = (a + b * 2.0f + d * 4.0f) * (1.0f / 24);
        to[4] = (a - b * 2.0f + d * 4.0f) * (1.0f / 24);
        to[5] = d;
    }

    @Override
    public int run(Memory memory) {
        int tileCols = (y.w() + 3) / 4;
        int tiles = (y.h() + 3) / 4 * tileCols;
        int block = winograd.block();
        float[] added = epilogue.residual(memory, conv.residual());
        for (int image = 0; image < y.n(); image++) {
            for (int start = 0; start < tiles; start += block) {
                int first = Math.max(0, Math.min(start, tiles - block));
                transform(memory, image, first, Math.min(block, tiles), tileCols);
                multiply(memory, Math.min(block, tiles));
                transformBack(memory, image, first, Math.min(block, tiles), tileCols, added);
            }
        }
        epilogue.overRows(memory, walk, outputs, memory.floats(conv.y()), conv.residual());
        return 0;
    }

    /** Row or column of a tile, the last one moved inside. */
    private static int at(int tile, int extent) {
        return Math.min(tile * 4, extent - 4);
    }

    private void transform(Memory memory, int image, int first, int count, int tileCols) {
        Tiles tiles = memory.tiles();
        float[] in = memory.floats(conv.x());
        float[] v = memory.floats(winograd.scratch());
        float[] lines = memory.scratch().floats(1, PLANES * inputs);
        int plane = winograd.block() * inputs;
        for (int t = 0; t < count; t++) {
            int from = walk.xFirst()
                    + image * walk.xImage()
                    + at((first + t) / tileCols, y.h()) * walk.xRow()
                    + at((first + t) % tileCols, y.w()) * walk.xCol();
            for (int row = 0; row < 6; row++) {
                tiles.winogradIn(
                        in, from + row * x.rowPitch(), x.pixelPitch(), lines, row * 6 * inputs, inputs, inputs);
            }
            for (int col = 0; col < 6; col++) {
                int to = scratch.base() + col * plane + t * inputs;
                tiles.winogradIn(lines, col * inputs, 6 * inputs, v, to, 6 * plane, inputs);
            }
        }
    }

    private void multiply(Memory memory, int count) {
        float[] v = memory.floats(winograd.scratch());
        PixelList pixels = memory.scratch().pixels();
        int from = scratch.base();
        int to = from + PLANES * winograd.block() * inputs;
        for (int plane = 0; plane < PLANES; plane++) {
            int inX = from + plane * winograd.block() * inputs;
            int inY = to + plane * winograd.block() * outputs;
            PixelWalk rows = PixelWalk.ofRows(count, inX, inputs, inY, outputs);
            int u = plane * outputs * winograd.channels();
            for (int done = 0; done < count; ) {
                done = rows.fill(pixels, done);
                for (int channel = 0; channel < outputs; channel += 2 * Tiles.BLOCK) {
                    int together = Math.min(2, (outputs - channel) / Tiles.BLOCK);
                    for (int p = 0; p < pixels.count; p += Tiles.PIXELS) {
                        memory.tiles()
                                .products(
                                        pixels,
                                        p,
                                        span,
                                        together,
                                        v,
                                        prepared,
                                        u + channel * winograd.channels(),
                                        zeros,
                                        0,
                                        v,
                                        channel,
                                        null,
                                        false);
                    }
                }
            }
        }
    }

    private void transformBack(Memory memory, int image, int first, int count, int tileCols, float[] added) {
        Tiles tiles = memory.tiles();
        float[] m = memory.floats(winograd.scratch());
        float[] out = memory.floats(conv.y());
        float[] lines = memory.scratch().floats(1, 24 * outputs);
        float[] sums = memory.scratch().floats(2, 4 * outputs);
        int plane = winograd.block() * outputs;
        int products = scratch.base() + PLANES * winograd.block() * inputs;
        for (int t = 0; t < count; t++) {
            int row = at((first + t) / tileCols, y.h());
            int col = at((first + t) % tileCols, y.w());
            for (int r = 0; r < 6; r++) {
                int from = products + r * 6 * plane + t * outputs;
                tiles.winogradOut(m, from, plane, lines, r * 4 * outputs, outputs, outputs);
            }
            for (int c = 0; c < 4; c++) {
                tiles.winogradOut(lines, c * outputs, 4 * outputs, sums, 0, outputs, outputs);
                for (int r = 0; r < 4; r++) {
                    int to = walk.yFirst() + image * walk.yImage() + (row + r) * walk.yRow() + (col + c) * walk.yCol();
                    int from =
                            walk.rFirst() + image * walk.rImage() + (row + r) * walk.rRow() + (col + c) * walk.rCol();
                    tiles.finish(sums, r * outputs, bias, 0, added, from, epilogue.positive(), out, to, outputs);
                }
            }
        }
    }
}
