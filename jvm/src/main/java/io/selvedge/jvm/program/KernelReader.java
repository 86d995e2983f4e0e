package io.selvedge.jvm.program;

import java.util.List;
import java.util.Optional;

/** Reads the kernels of a program: a number that says which, then its fields in the order of its record. */
final class KernelReader {
    private static final int MAX_DEPTH = 500;

    private final ByteReader in;
    private final List<Buffer> buffers;
    private final List<Program.Weight> weights;

    KernelReader(ByteReader in, List<Buffer> buffers, List<Program.Weight> weights) {
        this.in = in;
        this.buffers = buffers;
        this.weights = weights;
    }

    Kernel kernel() {
        int kind = in.integer();
        switch (kind) {
            case 0:
                return conv();
            case 1:
                Kernel.Conv conv = conv();
                Kernel.Winograd winograd = new Kernel.Winograd(
                        conv,
                        in.integer(1, 1 << 16, "a block"),
                        buffer(),
                        in.integer(1, 1 << 24, "channels"),
                        in.integer(1, 1 << 24, "outputs"));
                // With stride 2 it saves less than vectors of Java lose to its transforms.
                return conv.window().strideH() == 2 ? conv : winograd;
            case 2:
                return new Kernel.DepthwiseConv(
                        image(), image(), residual(), weight(), weight(), window(), expression(0));
            case 3:
                return new Kernel.QConv(
                        image(), image(), residual(), weight(), weight(), weight(), window(), requantize());
            case 4:
                return new Kernel.QDepthwiseConv(
                        image(), image(), residual(), weight(), weight(), weight(), window(), requantize());
            case 5:
                return new Kernel.Pool(
                        image(),
                        image(),
                        in.flag(),
                        window(),
                        in.integer(),
                        in.integer(),
                        in.flag(),
                        in.real(),
                        in.integer(),
                        in.integer(),
                        in.integer(),
                        in.integer());
            case 6:
                return new Kernel.Map(
                        extents(),
                        in.list(this::strided),
                        strided(),
                        expression(0),
                        in.constant(Kernel.Compute.values(), "a type to compute in"));
            case 7:
                return new Kernel.Copy(extents(), strided(), strided(), in.integer(1, 8, "a width"), in.octet());
            case 8:
                return new Kernel.Lut(extents(), strided(), strided(), weight());
            case 9:
                return new Kernel.Softmax(buffer(), buffer(), extent(), extent(), extent(), in.flag());
            case 10:
                return new Kernel.MatMul(
                        strided(), strided(), strided(), extent(), extent(), extent(), extent(), in.real());
            case 11:
                return new Kernel.Reduce(
                        in.constant(Kernel.Fold.values(), "a fold"),
                        extents(),
                        extents(),
                        strided(),
                        in.integers(),
                        strided());
            case 12:
                return new Kernel.Routine(
                        in.text(), in.list(this::operand), buffer(), in.flag(), residual(), in.list(this::constant));
            case 13:
                return gemm();
            case 14:
                return new Kernel.LayerNorm(
                        strided(), strided(), extent(), extent(), optional(), optional(), in.real());
            default:
                throw in.damaged("there is no kernel " + kind);
        }
    }

    private Kernel.Conv conv() {
        return new Kernel.Conv(image(), image(), residual(), weight(), weight(), window(), expression(0));
    }

    private Kernel.Gemm gemm() {
        Kernel.Strided a = strided();
        int weights = weight();
        boolean eightBit = in.flag();
        Kernel.Integers integers = new Kernel.Integers(weightOrNone(), weightOrNone(), residual());
        return new Kernel.Gemm(
                a,
                weights,
                eightBit ? Optional.of(integers) : Optional.empty(),
                strided(),
                in.list(this::strided),
                extent(),
                extent(),
                extent(),
                expression(0));
    }

    private Optional<Kernel.Strided> optional() {
        return in.flag() ? Optional.of(strided()) : Optional.empty();
    }

    private int weightOrNone() {
        return in.integer(-1, weights.size() - 1, "a weight");
    }

    private int buffer() {
        return in.integer(0, buffers.size() - 1, "a buffer");
    }

    /** A buffer with channels innermost. */
    private int image() {
        int id = buffer();
        if (buffers.get(id).isDense()) {
            throw in.damaged("a window slides over '" + buffers.get(id).name() + "', which is dense");
        }
        return id;
    }

    private int residual() {
        return in.integer(-1, buffers.size() - 1, "a residual");
    }

    private int weight() {
        return in.integer(0, weights.size() - 1, "a weight");
    }

    private int extent() {
        return in.integer(0, Integer.MAX_VALUE, "an extent");
    }

    private List<Integer> extents() {
        return in.list(this::extent);
    }

    private Kernel.Window window() {
        return new Kernel.Window(
                positive(), positive(), positive(), positive(), positive(), positive(), extent(), extent());
    }

    private int positive() {
        return in.integer(1, 1 << 24, "a window");
    }

    private Kernel.Requantize requantize() {
        return new Kernel.Requantize(
                in.integer(),
                in.integer(),
                in.integer(),
                in.real(),
                in.integer(),
                in.real(),
                in.integer(),
                in.integer(),
                in.integer());
    }

    private Kernel.Strided strided() {
        boolean weight = in.flag();
        return new Kernel.Strided(weight ? weight() : buffer(), weight, in.integer(), in.integers());
    }

    private Kernel.Operand operand() {
        boolean weight = in.flag();
        return new Kernel.Operand(weight ? weight() : buffer(), weight, in.whole());
    }

    private Kernel.Constant constant() {
        int kind = in.integer(0, 2, "a constant");
        switch (kind) {
            case 0:
                return new Kernel.Constant(true, List.of(in.whole()), 0);
            case 1:
                return new Kernel.Constant(true, List.of(), in.real());
            default:
                return new Kernel.Constant(false, in.list(in::whole), 0);
        }
    }

    private Expression expression(int depth) {
        if (depth > MAX_DEPTH) {
            throw in.damaged("an expression is nested deeper than " + MAX_DEPTH);
        }
        int kind = in.integer();
        switch (kind) {
            case 0:
                return new Expression.Input(in.integer(0, 1 << 16, "an operand"));
            case 1:
                return new Expression.Constant(in.wide());
            case 2:
                return new Expression.Unary(
                        in.constant(Expression.UnaryOperation.values(), "an operation"), expression(depth + 1));
            case 3:
                return new Expression.Binary(
                        in.constant(Expression.BinaryOperation.values(), "an operation"),
                        expression(depth + 1),
                        expression(depth + 1));
            case 4:
                return new Expression.Select(expression(depth + 1), expression(depth + 1), expression(depth + 1));
            case 5:
                return new Expression.Quantize(
                        expression(depth + 1), in.flag(), in.real(), in.integer(), in.integer(), in.integer());
            case 6:
                return new Expression.Dequantize(expression(depth + 1), in.real(), in.integer());
            default:
                throw in.damaged("there is no expression " + kind);
        }
    }
}
