package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;

/** A 3x3 convolution with stride 1 by Winograd's F(4x4, 3x3): 36 products per pair of channels and 4x4 outputs instead of 144. */
final class WinogradStep implements Step {
    private static final int PLANES = 36;
    private static final int ROWS = 8;

    private final Kernel.Winograd winograd;
    private final Kernel.Conv conv;
    private final Buffer x;
    private final Buffer y;
    private final Buffer residual;
    private final Buffer scratch;
    private final PixelWalk walk;
    private final int inputs;
    private final int outputs;
    /** Tiles that are transformed together. */
    private final int block;

    private final float[] prepared;
    private final float[] bias;
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
        // Rows of the products are tiles: whole numbers of eight, of which none are computed twice.
        block = winograd.block() < ROWS ? winograd.block() : winograd.block() / ROWS * ROWS;
        prepared = prepare(weights.floats(conv.weights()), outputs / Tiles.BLOCK, winograd.channels(), x.pixelPitch());
        bias = weights.floats(conv.bias());
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
        int plane = block * inputs;
        for (int t = 0; t < count; t++) {
            int from = walk.xFirst()
                    + image * walk.xImage()
                    + at((first + t) / tileCols, y.h()) * walk.xRow()
                    + at((first + t) % tileCols, y.w()) * walk.xCol();
            int to = scratch.base() + t * inputs;
            tiles.winogradIn(in, from, x.rowPitch(), x.pixelPitch(), v, to, plane, inputs, lines);
        }
    }

    private void multiply(Memory memory, int count) {
        float[] v = memory.floats(winograd.scratch());
        int from = scratch.base();
        int to = from + PLANES * block * inputs;
        for (int plane = 0; plane < PLANES; plane++) {
            memory.tiles()
                    .rows(
                            v,
                            from + plane * block * inputs,
                            inputs,
                            count,
                            prepared,
                            plane * outputs * winograd.channels(),
                            winograd.channels(),
                            v,
                            to + plane * block * outputs,
                            outputs);
        }
    }

    private void transformBack(Memory memory, int image, int first, int count, int tileCols, float[] added) {
        Tiles tiles = memory.tiles();
        float[] m = memory.floats(winograd.scratch());
        float[] out = memory.floats(conv.y());
        float[] lines = memory.scratch().floats(1, 28 * outputs);
        int plane = block * outputs;
        int products = scratch.base() + PLANES * block * inputs;
        for (int t = 0; t < count; t++) {
            int row = at((first + t) / tileCols, y.h());
            int col = at((first + t) % tileCols, y.w());
            int to = walk.yFirst() + image * walk.yImage() + row * walk.yRow() + col * walk.yCol();
            int from = walk.rFirst() + image * walk.rImage() + row * walk.rRow() + col * walk.rCol();
            tiles.winogradOut(
                    m,
                    products + t * outputs,
                    plane,
                    bias,
                    added,
                    new Tiles.Place(from, walk.rRow(), walk.rCol()),
                    epilogue.positive(),
                    out,
                    new Tiles.Place(to, walk.yRow(), walk.yCol()),
                    outputs,
                    lines);
        }
    }
}
