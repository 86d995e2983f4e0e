package io.selvedge.compiler.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What backends run: a closed set, each backend one exhaustive switch. Integers name buffers and weights of the
 * {@link Program}. 8-bit activations are always u8 (INT8 values are held xor 0x80); 8-bit weights are s8.
 */
public sealed interface Kernel {
    /** Buffers that the kernel reads. */
    List<Integer> reads();

    /** The buffer that the kernel writes. */
    int writes();

    /** A buffer that the kernel needs while it runs, and only then. */
    default OptionalInt scratch() {
        return OptionalInt.empty();
    }

    /** Bytes that are computed once from the weights when the program is loaded, and read at every run. */
    default long preparedBytes() {
        return 0;
    }

    /** Geometry of a sliding window; x and y are channels-last. Pads are on the top and left; the border of x holds them. */
    record Window(
            int kernelH,
            int kernelW,
            int strideH,
            int strideW,
            int dilationH,
            int dilationW,
            int padTop,
            int padLeft) {}

    /**
     * Dense f32 convolution (group 1; also Gemm with one pixel per row):
     * {@code y = epilogue(bias + sum x*w, residual)}. Weights f32 {@code [OC/16][kernelH*kernelW*C][16]}, K ordered
     * (row, column, channel) over the C true channels when kernelW is 1 or dilationW is above 1 (then every tap is a run of its own), over channelPitch(x) channels otherwise, so that a
     * kernel row is one contiguous run; bias f32 [OC16]. OC is rounded up to 16 with zeros.
     */
    record Conv(int x, int y, OptionalInt residual, int weights, int bias, Window window, Expr epilogue)
            implements Kernel {
        @Override
        public List<Integer> reads() {
            return residual.isPresent() ? List.of(x, residual.getAsInt()) : List.of(x);
        }

        @Override
        public int writes() {
            return y;
        }
    }

    /**
     * A 3x3 convolution of stride 1 or 2 computed by Winograd's algorithm, which needs a quarter of the multiplications (with
     * stride 2: nine sixteenths) and other roundings: same weights as {@link Conv}, whose transforms {@code [36][OC/16][C][16]}
     * are prepared when the program is loaded. x has whole vectors of 16 channels, y at least 4x4 pixels.
     *
     * @param block tiles of 4x4 outputs that go through together
     * @param scratchBuffer f32 buffer of {@code products() * block * (C16 + OC16)} elements
     * @param channels C, channels of x; with {@code outputs}, OC rounded up to 16, the prepared size
     */
    record Winograd(Conv conv, int block, int scratchBuffer, int channels, int outputs) implements Kernel {
        /** Transformed weights per pair of channels. */
        private static final int PLANES = 36;

        /** Products per tile and pair of channels of a convolution with this stride: with stride 2 some share their weights. */
        public static int products(int stride) {
            return stride == 2 ? 81 : PLANES;
        }

        public int products() {
            return products(conv.window().strideH());
        }

        @Override
        public List<Integer> reads() {
            return conv.reads();
        }

        @Override
        public int writes() {
            return conv.writes();
        }

        @Override
        public OptionalInt scratch() {
            return OptionalInt.of(scratchBuffer);
        }

        @Override
        public long preparedBytes() {
            return (long) PLANES * channels * outputs * Float.BYTES;
        }
    }

    /** Depthwise f32 convolution (one filter per channel). Weights f32 {@code [C/16][kernelH*kernelW][16]}; bias f32 [C16]. */
    record DepthwiseConv(int x, int y, OptionalInt residual, int weights, int bias, Window window, Expr epilogue)
            implements Kernel {
        @Override
        public List<Integer> reads() {
            return residual.isPresent() ? List.of(x, residual.getAsInt()) : List.of(x);
        }

        @Override
        public int writes() {
            return y;
        }
    }

    /**
     * How an int32 accumulator becomes u8: {@code q = clamp(round_half_even((float) acc * scale[oc]), lo - zeroPoint,
     * hi - zeroPoint) + zeroPoint}. With a residual the rounded q is followed by {@code r = clamp(round_half_even((q - zeroPoint)
     * * addScale + (residual - residualZeroPoint) * residualScale), addLo - addZeroPoint, addHi - addZeroPoint) +
     * addZeroPoint}: multiply, multiply, add, each rounded to f32, never contracted.
     */
    record Requantize(
            int zeroPoint,
            int lo,
            int hi,
            float addScale,
            int residualZeroPoint,
            float residualScale,
            int addZeroPoint,
            int addLo,
            int addHi) {
        public static Requantize of(int zeroPoint, int lo, int hi) {
            return new Requantize(zeroPoint, lo, hi, 0, 0, 0, 0, 0, 255);
        }
    }

    /**
     * Dense u8 x s8 convolution with int32 accumulators. Weights s8 {@code [OC/16][kernelH][ceil(run/4)][16][4]} with
     * {@code run = kernelW * C'} and C' = C when kernelW is 1 else channelPitch(x); with dilationW above 1 every tap is a run of its own:
     * {@code [OC/16][kernelH][kernelW][ceil(C/4)][16][4]}; runs are zero-padded: kernels may read up to
     * 3 bytes behind a run (any value there). Bias int32 [OC16] holds bias - zeroPoint(x) * sum(w); scales f32 [OC16] = sx*sw/sy.
     */
    record QConv(
            int x, int y, OptionalInt residual, int weights, int bias, int scales, Window window, Requantize requantize)
            implements Kernel {
        @Override
        public List<Integer> reads() {
            return residual.isPresent() ? List.of(x, residual.getAsInt()) : List.of(x);
        }

        @Override
        public int writes() {
            return y;
        }
    }

    /** Depthwise u8 x s8 convolution. Weights s8 {@code [C/16][ceil(kernelH/4)][kernelW][16][4]}: four vertical taps in a word, zero-padded. Bias, scales as {@link QConv}. */
    record QDepthwiseConv(
            int x, int y, OptionalInt residual, int weights, int bias, int scales, Window window, Requantize requantize)
            implements Kernel {
        @Override
        public List<Integer> reads() {
            return residual.isPresent() ? List.of(x, residual.getAsInt()) : List.of(x);
        }

        @Override
        public int writes() {
            return y;
        }
    }

    /**
     * Max or average pooling, channels-last to channels-last, f32 or u8. Windows are clipped to the image, the border is never read.
     *
     * @param countIncludePad divide by the window's size including pads (that lie within padded extents), else by what is inside
     * @param padBottom with padRight: pads at the end, for countIncludePad
     * @param scale for u8 average: {@code y = clamp(round((sum - count * zeroPointX) * (scale / count))) + zeroPointY}, scale = sx/sy;
     *     scale / count is one f32 division done when compiling where the count is constant
     */
    record Pool(
            int x,
            int y,
            Kind kind,
            Window window,
            int padBottom,
            int padRight,
            boolean countIncludePad,
            float scale,
            int zeroPointX,
            int zeroPointY,
            int lo,
            int hi)
            implements Kernel {
        /** MAX in u8 has equal quantisation on both sides. */
        public enum Kind {
            MAX,
            AVERAGE
        }

        @Override
        public List<Integer> reads() {
            return List.of(x);
        }

        @Override
        public int writes() {
            return y;
        }
    }

    /** A buffer (or weight) walked with strides in elements; stride 0 broadcasts. Offset counts from the buffer's first byte. */
    record Strided(int buffer, boolean weight, int offset, List<Integer> strides) {
        public Strided {
            strides = List.copyOf(strides);
        }
    }

    /**
     * Fused element-wise expression over a common iteration space. Operand dtypes are those of their buffers, weights are of the
     * type that is computed in; 8-bit operands load as u8. Stores to u8 expect integer-valued results in F32 and wrap otherwise;
     * to BOOL 0 or 1; floats become integers by truncation, halves by rounding.
     */
    record Map(List<Integer> extents, List<Strided> inputs, Strided output, Expr expr, Compute compute)
            implements Kernel {
        public Map {
            extents = List.copyOf(extents);
            inputs = List.copyOf(inputs);
            compute.require(expr);
        }

        public Map(List<Integer> extents, List<Strided> inputs, Strided output, Expr expr) {
            this(extents, inputs, output, expr, Compute.F32);
        }

        /** What lies in buffers, the output last. */
        Stream<Strided> operands() {
            return Stream.concat(inputs.stream().filter(input -> !input.weight()), Stream.of(output));
        }

        @Override
        public List<Integer> reads() {
            return inputs.stream().filter(i -> !i.weight()).map(Strided::buffer).toList();
        }

        @Override
        public int writes() {
            return output.buffer();
        }
    }

    /** Bitwise copy with strides (transpose, slice, pad, one part of a concat, layout change); {@code xor} flips bits of 1-byte elements. */
    record Copy(List<Integer> extents, Strided input, Strided output, int elementBytes, int xor) implements Kernel {
        public Copy {
            extents = List.copyOf(extents);
        }

        @Override
        public List<Integer> reads() {
            return input.weight() ? List.of() : List.of(input.buffer());
        }

        @Override
        public int writes() {
            return output.buffer();
        }
    }

    /** {@code y[i] = table[x[i]]} over u8; the weight holds 256 bytes. */
    record Lut(List<Integer> extents, Strided input, Strided output, int table) implements Kernel {
        public Lut {
            extents = List.copyOf(extents);
        }

        @Override
        public List<Integer> reads() {
            return List.of(input.buffer());
        }

        @Override
        public int writes() {
            return output.buffer();
        }
    }

    /** f32 softmax (or its logarithm) over {@code length} elements that lie {@code inner} apart, both buffers dense. */
    record Softmax(int x, int y, int outer, int length, int inner, boolean log) implements Kernel {
        @Override
        public List<Integer> reads() {
            return List.of(x);
        }

        @Override
        public int writes() {
            return y;
        }
    }

    /** f32 {@code Y[b] = alpha * A[b] * B[b]} with element strides for every axis: A [M,K], B [K,N], Y [M,N]; batch strides 0 broadcast. */
    record MatMul(Strided a, Strided b, Strided y, int batch, int m, int k, int n, float alpha) implements Kernel {
        @Override
        public List<Integer> reads() {
            return java.util.stream.Stream.of(a, b)
                    .filter(s -> !s.weight())
                    .map(Strided::buffer)
                    .toList();
        }

        @Override
        public int writes() {
            return y.buffer();
        }
    }

    /**
     * {@code Y[m,n] = epilogue(sum over k of A[m,k] * W[k,n], operands[m,n])} with constant W, packed as the weights of a
     * {@link Conv} of 1x1 windows with C = K. A, Y and operands have strides for rows and columns, in elements; columns of A and Y
     * lie side by side, those of operands do or are one. Operands and Y are f32.
     *
     * <p>With {@code integers} A is u8 and W s8, packed as the weights of a {@link QConv}; the sum is int32, a Y of int32 takes it
     * as it is, and the epilogue reads it as f32.
     *
     * @param epilogue over Input(0) = the sum, Input(i) = operand i - 1
     */
    record Gemm(
            Strided a,
            int weights,
            Optional<Integers> integers,
            Strided y,
            List<Strided> operands,
            int m,
            int k,
            int n,
            Expr epilogue)
            implements Kernel {
        /**
         * What is added to int32 sums: {@code bias[n] - zeroPoint * sums[n]}, each if there is one.
         *
         * @param bias weight, int32 [N16]
         * @param sums weight, int32 [N16]: sums of the columns of W
         * @param zeroPoint buffer of one u8; has sums beside it
         */
        public record Integers(OptionalInt bias, OptionalInt sums, OptionalInt zeroPoint) {}

        public Gemm {
            operands = List.copyOf(operands);
        }

        @Override
        public List<Integer> reads() {
            List<Integer> reads = new ArrayList<>(List.of(a.buffer()));
            integers.ifPresent(i -> i.zeroPoint().ifPresent(reads::add));
            operands.stream()
                    .filter(operand -> !operand.weight())
                    .map(Strided::buffer)
                    .forEach(reads::add);
            return reads;
        }

        @Override
        public int writes() {
            return y.buffer();
        }
    }

    /**
     * f32 {@code y = (x - mean) / sqrt(variance + epsilon) * scale + bias} over rows of {@code length} elements that lie side by
     * side; x and y are walked with strides for rows and columns, scale and bias are dense.
     */
    record LayerNorm(
            Strided x, Strided y, int rows, int length, Optional<Strided> scale, Optional<Strided> bias, float epsilon)
            implements Kernel {
        @Override
        public List<Integer> reads() {
            return Stream.of(Optional.of(x), scale, bias)
                    .flatMap(Optional::stream)
                    .filter(operand -> !operand.weight())
                    .map(Strided::buffer)
                    .toList();
        }

        @Override
        public int writes() {
            return y.buffer();
        }
    }

    /** f32 reduction: the output is walked by {@code extents}, and for each element the {@code reduced} axes of x are folded. */
    record Reduce(
            Kind kind,
            List<Integer> extents,
            List<Integer> reduced,
            Strided input,
            List<Integer> reducedStrides,
            Strided output)
            implements Kernel {
        /** What is folded. */
        public enum Kind {
            SUM,
            MEAN,
            MAX,
            MIN,
            PROD,
            SUM_SQUARE
        }

        @Override
        public List<Integer> reads() {
            return List.of(input.buffer());
        }

        @Override
        public int writes() {
            return output.buffer();
        }
    }

    /** Memory that a {@link Routine} reads: a buffer or weight, from a byte on. */
    record Operand(int buffer, boolean weight, long byteOffset) {}

    /** A constant that a {@link Routine} is given: a size or attribute, or one per axis. */
    sealed interface Constant {
        record Whole(long value) implements Constant {}

        record Real(float value) implements Constant {}

        record Wholes(List<Long> values) implements Constant {
            public Wholes {
                values = List.copyOf(values);
            }
        }
    }

    /**
     * One call of a hand-written C function on dense row-major operands: what moves data by computed indices, sorts or samples,
     * and whatever else is not hot in common nets (docs/adr/0010). The function is passed inputs, output, scratch if any, and
     * constants, in this order, and returns 0, or another number where the data is bad (an index outside of its axis): then
     * it has touched nothing out of bounds, and what it wrote means nothing.
     *
     * @param header C header without {@code .h} that defines the function
     * @param function its name
     * @param strided whether y's place and strides are among the constants, so that y need not be dense
     * @param constants sizes and attributes
     */
    record Routine(
            String header,
            String function,
            List<Operand> inputs,
            int y,
            boolean strided,
            OptionalInt scratchBuffer,
            List<Constant> constants)
            implements Kernel {
        public Routine {
            inputs = List.copyOf(inputs);
            constants = List.copyOf(constants);
        }

        @Override
        public List<Integer> reads() {
            return inputs.stream()
                    .filter(input -> !input.weight())
                    .map(Operand::buffer)
                    .toList();
        }

        @Override
        public int writes() {
            return y;
        }

        @Override
        public OptionalInt scratch() {
            return scratchBuffer;
        }
    }
}
