package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.ArrayList;
import java.util.List;

/**
 * A product with a constant matrix, packed as a convolution's weights are, and the formula over its results. Bytes are multiplied
 * as {@link QConvStep} says.
 */
final class GemmStep implements Step {
    private final Kernel.Gemm gemm;
    private final int aBase;
    private final int yBase;
    private final int blocks;
    private final boolean eightBit;
    private final boolean wholeResult;
    private final float[] packed;
    private final float[] zeros;
    private final List<Span> spans;
    private final int[] bias;
    private final int[] sums;
    private final Formula formula;
    private final List<Operand> operands = new ArrayList<>();

    /** Constants, or null for a buffer's numbers, and where they lie. */
    private record Operand(float[] constants, int buffer, int first, int row, int column) {}

    GemmStep(Program program, Weights weights, Kernel.Gemm gemm) {
        this.gemm = gemm;
        aBase = program.buffer(gemm.a().buffer()).base() + gemm.a().offset();
        yBase = program.buffer(gemm.y()).base() + gemm.product().offset();
        blocks = (gemm.n() + Tiles.BLOCK - 1) / Tiles.BLOCK;
        eightBit = gemm.integers();
        wholeResult = program.buffer(gemm.y()).element() == Element.INT32;
        packed = eightBit
                ? QConvStep.widened(weights.octets(gemm.weights()), blocks, gemm.k())
                : weights.floats(gemm.weights());
        zeros = new float[blocks * Tiles.BLOCK];
        spans = eightBit ? QConvStep.split(new int[1], gemm.k()) : List.of(new Span(new int[1], gemm.k(), 0, gemm.k()));
        bias = gemm.bias() < 0 ? new int[zeros.length] : weights.ints(gemm.bias());
        sums = gemm.sums() < 0 ? new int[zeros.length] : weights.ints(gemm.sums());
        formula = new Formula(gemm.epilogue(), 1 + gemm.operands().size());
        for (Kernel.Strided operand : gemm.operands()) {
            int base = operand.weight() ? 0 : program.buffer(operand.buffer()).base();
            operands.add(new Operand(
                    operand.weight() ? weights.floats(operand.buffer()) : null,
                    operand.buffer(),
                    base + operand.offset(),
                    operand.strides().get(0),
                    operand.strides().get(1)));
        }
    }

    @Override
    public int run(Memory memory) {
        int row = gemm.a().strides().get(0);
        int from = eightBit ? 0 : aBase;
        float[] a = eightBit ? widened(memory, row) : memory.floats(gemm.a().buffer());
        int zero = gemm.zeroPoint() < 0 ? 0 : memory.bytes(gemm.zeroPoint())[0] & 0xff;
        int pitch = blocks * Tiles.BLOCK;
        float[] products = memory.scratch().floats(1, PixelList.CAPACITY * pitch);
        int[] whole = memory.scratch().ints(eightBit ? PixelList.CAPACITY * pitch : 0);
        float[][] registers = formula.registers(memory.scratch());
        PixelList pixels = memory.scratch().pixels();
        PixelWalk walk = PixelWalk.ofRows(gemm.m(), from, row, 0, 0);
        for (int done = 0; done < gemm.m(); ) {
            int next = walk.fill(pixels, done);
            PixelList beside = memory.scratch().beside(pitch);
            java.util.Arrays.fill(whole, 0, eightBit ? beside.count * pitch : 0, 0);
            for (Span span : spans) {
                ConvStep.products(memory.tiles(), beside, span, blocks, a, packed, zeros, products, null, false);
                if (eightBit) {
                    QConvStep.addUp(whole, products, beside.count * pitch);
                }
            }
            for (int p = 0; p < beside.count; p++) {
                if (eightBit) {
                    correct(whole, p * pitch, products, zero);
                }
                store(memory, registers, products, whole, p * pitch, done + p);
            }
            done = next;
        }
        return 0;
    }

    private float[] widened(Memory memory, int row) {
        int count = (gemm.m() - 1) * row + gemm.k();
        float[] floats = memory.scratch().floats(0, count);
        QConvStep.widen(memory.bytes(gemm.a().buffer()), aBase, floats, count);
        return floats;
    }

    private void correct(int[] whole, int at, float[] products, int zero) {
        for (int j = 0; j < gemm.n(); j++) {
            whole[at + j] += bias[j] - zero * sums[j];
            products[at + j] = whole[at + j];
        }
    }

    private void store(Memory memory, float[][] registers, float[] products, int[] whole, int at, int row) {
        int to = yBase + row * gemm.product().strides().get(0);
        if (wholeResult) {
            System.arraycopy(whole, at, memory.array(gemm.y()), to, gemm.n());
            return;
        }
        for (int column = 0; column < gemm.n(); column += Formula.CHUNK) {
            int count = Math.min(Formula.CHUNK, gemm.n() - column);
            System.arraycopy(products, at + column, registers[0], 0, count);
            for (int i = 0; i < operands.size(); i++) {
                load(operands.get(i), memory, row, column, registers[i + 1], count);
            }
            System.arraycopy(formula.run(registers, count), 0, memory.floats(gemm.y()), to + column, count);
        }
    }

    private static void load(Operand operand, Memory memory, int row, int column, float[] to, int count) {
        float[] from = operand.constants != null ? operand.constants : memory.floats(operand.buffer);
        int first = operand.first + row * operand.row + column * operand.column;
        if (operand.column == 1) {
            System.arraycopy(from, first, to, 0, count);
        } else {
            java.util.Arrays.fill(to, 0, count, from[first]);
        }
    }
}
