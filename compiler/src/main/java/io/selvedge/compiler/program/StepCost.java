package io.selvedge.compiler.program;

import io.selvedge.compiler.ir.DType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a step cannot do without: its arithmetic, and every byte of its operands once. What a kernel reads again because it has
 * left a cache is not counted, nor is scratch memory.
 *
 * @param kernel kind of the kernel; of a routine, the function
 * @param arithmetic what multiplies and adds most
 * @param macs multiply-accumulates of the layer, as its definition counts them
 * @param executedMacs those that the kernel does at most: fewer than {@code macs} for Winograd, and where windows meet rows of
 *     zeros around the image
 * @param readBytes of activations
 * @param weightBytes of weights, biases, scales and what was prepared from them
 * @param writtenBytes of the result
 */
public record StepCost(
        String kernel,
        Arithmetic arithmetic,
        long macs,
        long executedMacs,
        long readBytes,
        long weightBytes,
        long writtenBytes) {
    /** What the limit of a step's arithmetic depends on. */
    public enum Arithmetic {
        FP32,
        INT8,
        /** Multiplies nothing by a matrix, or in a type of which no limit is measured. */
        OTHER
    }

    /** The cost of {@code step}. */
    public static StepCost of(Program program, Program.Step step) {
        Bytes bytes = new Bytes(program);
        Kernel kernel = step.kernel();
        long macs = step.macs();
        return switch (kernel) {
            case Kernel.Conv k ->
                bytes.windows(kernel, Arithmetic.FP32, macs, k.weights(), k.bias())
                        .within(program, k.x(), k.y(), k.window());
            case Kernel.Winograd k -> winograd(bytes, k, macs);
            case Kernel.DepthwiseConv k ->
                bytes.windows(kernel, Arithmetic.FP32, macs, k.weights(), k.bias())
                        .within(program, k.x(), k.y(), k.window());
            case Kernel.QConv k ->
                bytes.windows(kernel, Arithmetic.INT8, macs, k.weights(), k.bias(), k.scales())
                        .within(program, k.x(), k.y(), k.window());
            case Kernel.QDepthwiseConv k ->
                bytes.windows(kernel, Arithmetic.INT8, macs, k.weights(), k.bias(), k.scales())
                        .within(program, k.x(), k.y(), k.window());
            case Kernel.Pool _ -> bytes.windows(kernel, Arithmetic.OTHER, macs);
            case Kernel.Softmax _ -> bytes.windows(kernel, Arithmetic.OTHER, macs);
            case Kernel.Map k -> bytes.strided(kernel, Arithmetic.OTHER, macs, k.extents(), k.inputs(), k.output());
            case Kernel.Copy k ->
                bytes.strided(kernel, Arithmetic.OTHER, macs, k.extents(), List.of(k.input()), k.output());
            case Kernel.Lut k ->
                bytes.strided(kernel, Arithmetic.OTHER, macs, k.extents(), List.of(k.input()), k.output());
            case Kernel.MatMul k -> matMul(bytes, k, macs);
            case Kernel.Gemm k -> gemm(bytes, k, macs);
            case Kernel.LayerNorm k ->
                bytes.strided(kernel, Arithmetic.OTHER, macs, List.of(k.rows(), k.length()), List.of(k.x()), k.y());
            case Kernel.Reduce k -> reduce(bytes, k, macs);
            case Kernel.Routine k -> routine(bytes, k, macs);
        };
    }

    /** Floating or integer operations, of which a multiply-accumulate has two. */
    public long operations() {
        return 2 * macs;
    }

    /** All bytes that cross the border of the core at least once. */
    public long bytes() {
        return readBytes + weightBytes + writtenBytes;
    }

    /** The same without the multiplications by rows of zeros, which kernels leave out. */
    private StepCost within(Program program, int x, int y, Kernel.Window window) {
        Buffer in = program.buffer(x);
        boolean zeros = in.dtype().bytes() != 1 || (in.padValue() & 0xff) == 0;
        int rows = program.buffer(y).h();
        if (!zeros || rows == 1) {
            return this;
        }
        long met = 0;
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < window.kernelH(); k++) {
                int at = row * window.strideH() - window.padTop() + k * window.dilationH();
                met += at >= 0 && at < in.h() ? 1 : 0;
            }
        }
        long executed = macs * met / ((long) rows * window.kernelH());
        return new StepCost(kernel, arithmetic, macs, executed, readBytes, weightBytes, writtenBytes);
    }

    private static StepCost winograd(Bytes bytes, Kernel.Winograd k, long macs) {
        StepCost plain = bytes.windows(k, Arithmetic.FP32, macs, k.conv().bias());
        Buffer y = bytes.program.buffer(k.writes());
        long tiles = (long) y.n() * Math.ceilDiv(y.h(), 4) * Math.ceilDiv(y.w(), 4);
        return new StepCost(
                plain.kernel(),
                Arithmetic.FP32,
                macs,
                tiles * k.products() * k.channels() * k.outputs(),
                plain.readBytes(),
                plain.weightBytes() + k.preparedBytes(),
                plain.writtenBytes());
    }

    private static StepCost matMul(Bytes bytes, Kernel.MatMul k, long macs) {
        boolean floats = bytes.program.buffer(k.writes()).dtype() == DType.FLOAT32;
        long a = bytes.walked(k.a(), List.of(k.batch(), k.m(), k.k()));
        long b = bytes.walked(k.b(), List.of(k.batch(), k.k(), k.n()));
        return new StepCost(
                ProgramText.name(k),
                floats ? Arithmetic.FP32 : Arithmetic.OTHER,
                macs,
                macs,
                (k.a().weight() ? 0 : a) + (k.b().weight() ? 0 : b),
                (k.a().weight() ? a : 0) + (k.b().weight() ? b : 0),
                bytes.walked(k.y(), List.of(k.batch(), k.m(), k.n())));
    }

    private static StepCost gemm(Bytes bytes, Kernel.Gemm k, long macs) {
        StepCost operands = bytes.strided(
                k,
                k.integers().isPresent() ? Arithmetic.INT8 : Arithmetic.FP32,
                macs,
                List.of(k.m(), k.n()),
                k.operands(),
                k.y());
        return new StepCost(
                operands.kernel(),
                operands.arithmetic(),
                macs,
                macs,
                operands.readBytes() + bytes.walked(k.a(), List.of(k.m(), k.k())),
                operands.weightBytes()
                        + bytes.program.weights().get(k.weights()).byteCount(),
                operands.writtenBytes());
    }

    private static StepCost reduce(Bytes bytes, Kernel.Reduce k, long macs) {
        long folded = k.reduced().stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        return new StepCost(
                ProgramText.name(k),
                Arithmetic.OTHER,
                macs,
                macs,
                bytes.walked(k.input(), k.extents()) * folded,
                0,
                bytes.walked(k.output(), k.extents()));
    }

    private static StepCost routine(Bytes bytes, Kernel.Routine k, long macs) {
        long weights = k.inputs().stream()
                .filter(Kernel.Operand::weight)
                .mapToLong(
                        operand -> bytes.program.weights().get(operand.buffer()).byteCount())
                .sum();
        return new StepCost(
                k.function(), Arithmetic.OTHER, macs, macs, bytes.read(k), weights, bytes.inner(k.writes()));
    }

    /** Sizes of operands. */
    private record Bytes(Program program) {
        /** A kernel whose operands are whole buffers. */
        StepCost windows(Kernel kernel, Arithmetic arithmetic, long macs, int... weights) {
            return new StepCost(
                    ProgramText.name(kernel),
                    arithmetic,
                    macs,
                    macs,
                    read(kernel),
                    IntStream.of(weights)
                            .mapToLong(weight -> program.weights().get(weight).byteCount())
                            .sum(),
                    inner(kernel.writes()));
        }

        StepCost strided(
                Kernel kernel,
                Arithmetic arithmetic,
                long macs,
                List<Integer> extents,
                List<Kernel.Strided> inputs,
                Kernel.Strided output) {
            long weights = 0;
            long reads = 0;
            for (Kernel.Strided input : inputs) {
                long bytes = walked(input, extents);
                weights += input.weight() ? bytes : 0;
                reads += input.weight() ? 0 : bytes;
            }
            return new StepCost(
                    ProgramText.name(kernel), arithmetic, macs, macs, reads, weights, walked(output, extents));
        }

        long read(Kernel kernel) {
            return kernel.reads().stream().distinct().mapToLong(this::inner).sum();
        }

        /** What a buffer holds but for its border. */
        long inner(int id) {
            Buffer buffer = program.buffer(id);
            return buffer.layout() instanceof Layout.ChannelsLast layout
                    ? (long) buffer.n()
                            * buffer.h()
                            * buffer.w()
                            * layout.channelPitch()
                            * buffer.dtype().bytes()
                    : buffer.shape().elements() * buffer.dtype().bytes();
        }

        /** The elements that strides meet: those of axes of stride 0 once. Weights are of the type of what is computed. */
        long walked(Kernel.Strided operand, List<Integer> extents) {
            long elements = 1;
            for (int axis = 0; axis < extents.size(); axis++) {
                elements *= operand.strides().get(axis) == 0 ? 1 : extents.get(axis);
            }
            if (operand.weight()) {
                return Math.min(
                        elements * Float.BYTES,
                        program.weights().get(operand.buffer()).byteCount());
            }
            return elements * program.buffer(operand.buffer()).dtype().bytes();
        }
    }
}
