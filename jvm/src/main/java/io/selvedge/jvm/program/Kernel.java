package io.selvedge.jvm.program;

import java.util.List;
import java.util.Optional;

/** What the executor runs; {@code docs/program-format.md} says what each means. Integers name buffers and weights, -1 is none. */
public sealed interface Kernel {
    /** The buffer that it writes. */
    int y();

    /** A sliding window over a buffer with channels innermost. */
    record Window(
            int kernelH, int kernelW, int strideH, int strideW, int dilationH, int dilationW, int padTop, int padLeft) {
        /** Whether every tap is a run of its own, of the true channels. */
        public boolean tapRuns() {
            return dilationW > 1 && kernelW > 1;
        }
    }

    /** How sums of products become bytes; with a residual there is a second rounding. */
    record Requantize(
            int zero,
            int low,
            int high,
            float addScale,
            int residualZero,
            float residualScale,
            int addZero,
            int addLow,
            int addHigh) {}

    record Conv(int x, int y, int residual, int weights, int bias, Window window, Expression epilogue)
            implements Kernel {}

    record Winograd(Conv conv, int block, int scratch, int channels, int outputs) implements Kernel {
        @Override
        public int y() {
            return conv.y;
        }
    }

    record DepthwiseConv(int x, int y, int residual, int weights, int bias, Window window, Expression epilogue)
            implements Kernel {}

    record QConv(int x, int y, int residual, int weights, int bias, int scales, Window window, Requantize requantize)
            implements Kernel {}

    record QDepthwiseConv(
            int x, int y, int residual, int weights, int bias, int scales, Window window, Requantize requantize)
            implements Kernel {}

    record Pool(
            int x,
            int y,
            boolean maximum,
            Window window,
            int padBottom,
            int padRight,
            boolean countPads,
            float scale,
            int xZero,
            int yZero,
            int low,
            int high)
            implements Kernel {}

    /** A buffer or weight walked with strides in elements. */
    record Strided(int buffer, boolean weight, int offset, List<Integer> strides) {}

    /** What an expression is computed in, in the order of the numbers in the file. */
    enum Compute {
        F32,
        F64,
        S64,
        U64
    }

    record Map(List<Integer> extents, List<Strided> inputs, Strided output, Expression expression, Compute compute)
            implements Kernel {
        @Override
        public int y() {
            return output.buffer;
        }
    }

    record Copy(List<Integer> extents, Strided input, Strided output, int width, int xor) implements Kernel {
        @Override
        public int y() {
            return output.buffer;
        }
    }

    record Lut(List<Integer> extents, Strided input, Strided output, int table) implements Kernel {
        @Override
        public int y() {
            return output.buffer;
        }
    }

    record Softmax(int x, int y, int outer, int length, int inner, boolean log) implements Kernel {}

    record MatMul(Strided a, Strided b, Strided product, int batch, int m, int k, int n, float alpha)
            implements Kernel {
        @Override
        public int y() {
            return product.buffer;
        }
    }

    /** What is added to whole sums, {@code bias - zero * sums}: weights and a buffer of one u8, -1 for none. */
    record Integers(int bias, int sums, int zero) {}

    /** Rows of A times constant columns, then an expression over the sum and operands. */
    record Gemm(
            Strided a,
            int weights,
            Optional<Integers> integers,
            Strided product,
            List<Strided> operands,
            int m,
            int k,
            int n,
            Expression epilogue)
            implements Kernel {
        @Override
        public int y() {
            return product.buffer;
        }
    }

    record LayerNorm(
            Strided x,
            Strided output,
            int rows,
            int length,
            Optional<Strided> scale,
            Optional<Strided> bias,
            float epsilon)
            implements Kernel {
        @Override
        public int y() {
            return output.buffer;
        }
    }

    /** What is folded, in the order of the numbers in the file. */
    enum Fold {
        SUM,
        MEAN,
        MAX,
        MIN,
        PROD,
        SUM_SQUARE
    }

    record Reduce(
            Fold fold,
            List<Integer> extents,
            List<Integer> reduced,
            Strided input,
            List<Integer> reducedStrides,
            Strided output)
            implements Kernel {
        @Override
        public int y() {
            return output.buffer;
        }
    }

    /** Memory that a routine reads, from a byte on. */
    record Operand(int buffer, boolean weight, long byteOffset) {}

    /** A constant of a routine: one whole number, one real number, or several whole ones. */
    record Constant(boolean single, List<Long> wholes, float real) {}

    record Routine(String function, List<Operand> inputs, int y, boolean strided, int scratch, List<Constant> constants)
            implements Kernel {}
}
