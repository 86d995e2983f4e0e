package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;

/** A product of f32 matrices: B is packed as a convolution's weights are, once where it is constant, and A's rows are its pixels. */
final class MatMulStep implements Step {
    private final Kernel.MatMul product;
    private final int aBase;
    private final int bBase;
    private final int yBase;
    private final int blocks;
    private final Span span;
    private final float[] aWeights;
    private final float[] bWeights;
    /** Constant B of all batches, packed. */
    private final float[] packed;

    private final float[] zeros;

    MatMulStep(Program program, Weights weights, Kernel.MatMul product) {
        this.product = product;
        aBase = base(program, product.a());
        bBase = base(program, product.b());
        yBase = base(program, product.product());
        blocks = (product.n() + Tiles.BLOCK - 1) / Tiles.BLOCK;
        span = new Span(new int[1], product.k(), 0, product.k());
        aWeights = product.a().weight() ? weights.floats(product.a().buffer()) : null;
        bWeights = product.b().weight() ? weights.floats(product.b().buffer()) : null;
        zeros = new float[blocks * Tiles.BLOCK];
        if (bWeights == null) {
            packed = null;
        } else {
            int batches = product.b().strides().get(0) == 0 ? 1 : product.batch();
            packed = new float[batches * packedSize()];
            for (int batch = 0; batch < batches; batch++) {
                pack(bWeights, batch, packed, batch * packedSize());
            }
        }
    }

    private static int base(Program program, Kernel.Strided operand) {
        return operand.offset()
                + (operand.weight() ? 0 : program.buffer(operand.buffer()).base());
    }

    private int packedSize() {
        return Math.multiplyExact(blocks * Tiles.BLOCK, product.k());
    }

    /** {@code [N/16][K][16]}, zeros behind the last column. */
    private void pack(float[] b, int batch, float[] to, int toAt) {
        int row = product.b().strides().get(1);
        int col = product.b().strides().get(2);
        int first = bBase + batch * product.b().strides().get(0);
        for (int block = 0; block < blocks; block++) {
            int columns = Math.min(Tiles.BLOCK, product.n() - block * Tiles.BLOCK);
            for (int k = 0; k < product.k(); k++) {
                int from = first + k * row + block * Tiles.BLOCK * col;
                int at = toAt + (block * product.k() + k) * Tiles.BLOCK;
                if (col == 1) {
                    System.arraycopy(b, from, to, at, columns);
                } else {
                    for (int j = 0; j < columns; j++) {
                        to[at + j] = b[from + j * col];
                    }
                }
                java.util.Arrays.fill(to, at + columns, at + Tiles.BLOCK, 0);
            }
        }
    }

    @Override
    public int run(Memory memory) {
        float[] a = aWeights != null ? aWeights : memory.floats(product.a().buffer());
        float[] y = memory.floats(product.product().buffer());
        for (int batch = 0; batch < product.batch(); batch++) {
            float[] columns = packed;
            int at = packed != null && product.b().strides().get(0) != 0 ? batch * packedSize() : 0;
            if (packed == null) {
                columns = memory.scratch().floats(0, packedSize());
                if (batch == 0 || product.b().strides().get(0) != 0) {
                    pack(memory.floats(product.b().buffer()), batch, columns, 0);
                }
            }
            multiply(memory, batch, a, columns, at, y);
        }
        return 0;
    }

    private void multiply(Memory memory, int batch, float[] a, float[] columns, int columnsAt, float[] y) {
        int pitch = blocks * Tiles.BLOCK;
        float[] rows = a;
        int row = product.a().strides().get(1);
        int from = aBase + batch * product.a().strides().get(0);
        if (product.a().strides().get(2) != 1 && product.k() > 1) {
            rows = gathered(memory, a, from);
            row = product.k();
            from = 0;
        }
        float[] sums = memory.scratch().floats(1, PixelList.CAPACITY * pitch);
        PixelList pixels = memory.scratch().pixels();
        PixelWalk walk = PixelWalk.ofRows(product.m(), from, row, 0, 0);
        int yFirst = yBase + batch * product.product().strides().get(0);
        for (int done = 0; done < product.m(); ) {
            int next = walk.fill(pixels, done);
            PixelList beside = memory.scratch().beside(pitch);
            ConvStep.products(memory.tiles(), beside, span, blocks, rows, columns, columnsAt, zeros, sums, null, false);
            for (int p = 0; p < beside.count; p++) {
                store(
                        sums,
                        p * pitch,
                        y,
                        yFirst + (done + p) * product.product().strides().get(1));
            }
            done = next;
        }
    }

    /** A's rows side by side. */
    private float[] gathered(Memory memory, float[] a, int from) {
        float[] rows = memory.scratch().floats(2, Math.multiplyExact(product.m(), product.k()));
        int row = product.a().strides().get(1);
        int col = product.a().strides().get(2);
        for (int i = 0; i < product.m(); i++) {
            for (int k = 0; k < product.k(); k++) {
                rows[i * product.k() + k] = a[from + i * row + k * col];
            }
        }
        return rows;
    }

    private void store(float[] sums, int at, float[] y, int to) {
        int step = product.product().strides().get(2);
        if (step == 1 && product.alpha() == 1) {
            System.arraycopy(sums, at, y, to, product.n());
            return;
        }
        for (int j = 0; j < product.n(); j++) {
            y[to + j * step] = sums[at + j] * product.alpha();
        }
    }
}
