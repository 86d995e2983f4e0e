package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.Arrays;
import java.util.List;

/** Rows times constant columns, f32, or u8 by s8 as {@link QConvStep} multiplies them, then an expression over rows of sums. */
final class GemmStep implements Step {
    private final Kernel.Gemm gemm;
    private final boolean eightBit;
    private final int aBase;
    private final int yBase;
    private final Element element;
    private final int blocks;
    private final List<Span> spans;
    private final float[] packed;
    private final float[] zeros;
    private final int[] bias;
    private final int[] columnSums;
    private final int zeroBase;
    private final Formula formula;
    private final float[][] constants;
    private final int[] bases;

    GemmStep(Program program, Weights weights, Kernel.Gemm gemm) {
        this.gemm = gemm;
        eightBit = gemm.integers().isPresent();
        aBase = program.buffer(gemm.a().buffer()).base() + gemm.a().offset();
        yBase = program.buffer(gemm.y()).base() + gemm.product().offset();
        element = program.buffer(gemm.y()).element();
        blocks = (gemm.n() + Tiles.BLOCK - 1) / Tiles.BLOCK;
        zeros = new float[blocks * Tiles.BLOCK];
        Kernel.Integers integers = gemm.integers().orElse(new Kernel.Integers(-1, -1, -1));
        bias = integers.bias() < 0 ? new int[gemm.n()] : weights.ints(integers.bias());
        columnSums = integers.zero() < 0 ? new int[gemm.n()] : weights.ints(integers.sums());
        zeroBase = integers.zero() < 0 ? 0 : program.buffer(integers.zero()).base();
        spans = eightBit
                ? QConvStep.exactSpans(new int[1], gemm.k())
                : List.of(new Span(new int[1], gemm.k(), 0, gemm.k()));
        packed = eightBit
                ? QConvStep.widened(weights.octets(gemm.weights()), blocks, gemm.k())
                : weights.floats(gemm.weights());
        formula = new Formula(gemm.epilogue(), 1 + gemm.operands().size());
        constants = new float[gemm.operands().size()][];
        bases = new int[constants.length];
        for (int i = 0; i < constants.length; i++) {
            Kernel.Strided operand = gemm.operands().get(i);
            constants[i] = operand.weight() ? weights.floats(operand.buffer()) : null;
            bases[i] = operand.offset()
                    + (operand.weight() ? 0 : program.buffer(operand.buffer()).base());
        }
    }

    @Override
    public int run(Memory memory) {
        int pitch = blocks * Tiles.BLOCK;
        float[] rows;
        PixelWalk walk;
        if (eightBit) {
            rows = widened(memory);
            walk = PixelWalk.ofRows(gemm.m(), 0, gemm.k(), 0, 0);
        } else {
            rows = memory.floats(gemm.a().buffer());
            walk = PixelWalk.ofRows(gemm.m(), aBase, gemm.a().strides().get(0), 0, 0);
        }
        float[] sums = memory.scratch().floats(1, PixelList.CAPACITY * pitch);
        float[][] registers = formula.registers(memory.scratch());
        PixelList pixels = memory.scratch().pixels();
        for (int done = 0; done < gemm.m(); ) {
            int next = walk.fill(pixels, done);
            PixelList beside = memory.scratch().beside(pitch);
            int[] whole = multiply(memory, beside, rows, sums, pitch);
            for (int p = 0; p < beside.count; p++) {
                if (element == Element.INT32) {
                    int[] y = (int[]) memory.array(gemm.y());
                    System.arraycopy(whole, p * pitch, y, place(yBase, gemm.product(), done + p, 0), gemm.n());
                } else {
                    finish(memory, registers, sums, p * pitch, done + p);
                }
            }
            done = next;
        }
        return 0;
    }

    private static int place(int base, Kernel.Strided operand, int row, int column) {
        return base
                + row * operand.strides().get(0)
                + column * operand.strides().get(1);
    }

    /** A's bytes as dense rows of floats. */
    private float[] widened(Memory memory) {
        float[] rows = memory.scratch().floats(0, Math.multiplyExact(gemm.m(), gemm.k()));
        byte[] bytes = memory.bytes(gemm.a().buffer());
        for (int row = 0; row < gemm.m(); row++) {
            int from = place(aBase, gemm.a(), row, 0);
            for (int k = 0; k < gemm.k(); k++) {
                rows[row * gemm.k() + k] = bytes[from + k] & 0xff;
            }
        }
        return rows;
    }

    /** Fills {@code sums}; whole sums come back as they are too. */
    private int[] multiply(Memory memory, PixelList beside, float[] rows, float[] sums, int pitch) {
        int[] whole = memory.scratch().ints(eightBit ? beside.count * pitch : 0);
        if (eightBit) {
            int zero = gemm.integers().get().zero() < 0
                    ? 0
                    : memory.bytes(gemm.integers().get().zero())[zeroBase] & 0xff;
            for (int p = 0; p < beside.count; p++) {
                for (int j = 0; j < gemm.n(); j++) {
                    whole[p * pitch + j] = bias[j] - zero * columnSums[j];
                }
                Arrays.fill(whole, p * pitch + gemm.n(), (p + 1) * pitch, 0);
            }
        }
        for (Span span : spans) {
            ConvStep.products(memory.tiles(), beside, span, blocks, rows, packed, 0, zeros, sums, null, false);
            if (eightBit) {
                QConvStep.addUp(whole, sums, beside.count * pitch);
            }
        }
        for (int i = 0; eightBit && i < beside.count * pitch; i++) {
            sums[i] = whole[i];
        }
        return whole;
    }

    /** One row through the expression. */
    private void finish(Memory memory, float[][] registers, float[] sums, int at, int row) {
        Object y = memory.array(gemm.y());
        for (int first = 0; first < gemm.n(); first += Formula.CHUNK) {
            int count = Math.min(Formula.CHUNK, gemm.n() - first);
            System.arraycopy(sums, at + first, registers[0], 0, count);
            for (int i = 0; i < constants.length; i++) {
                Kernel.Strided operand = gemm.operands().get(i);
                float[] from = constants[i] != null ? constants[i] : memory.floats(operand.buffer());
                int stride = operand.strides().get(1);
                Convert.toFloats(
                        Element.FLOAT32,
                        from,
                        place(bases[i], operand, row, first),
                        stride,
                        registers[i + 1],
                        0,
                        count);
            }
            float[] result = formula.run(registers, count);
            Convert.ofFloats(element, result, y, place(yBase, gemm.product(), row, first), 1, 0, count);
        }
    }
}
