package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.WeightPacking;
import io.selvedge.compiler.target.Target;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * 1x1 convolutions by weights of which most are zero: only the others are multiplied (c/sparse.h). The list is made at load from the
 * dense weights, so that bundles and other executors know nothing of it. Which sparsity pays is in docs/pruning.md.
 *
 * @param depth words of an input pixel: floats, or four bytes
 * @param nonZero words of the weights that are not zero
 * @param vectors of pixels that are computed together
 */
record SparseConvCode(
        int x,
        int y,
        OptionalInt residual,
        int weights,
        Kernel.Window window,
        boolean eightBit,
        int depth,
        int outputs,
        int nonZero,
        int vectors) {
    private static final int MOST_VECTORS = 4;
    /** Scratch memory lies on the stack, and should stay in the nearest cache but one. */
    private static final int MOST_SCRATCH_BYTES = 1 << 17;

    private static final int NEAR_BYTES = 1 << 15;

    // In the time of a multiply-add of one vector, measured on Zen 4: a listed word besides its products, its products
    // where the
    // inputs have left the nearest cache, a word that is moved into scratch memory or out of it, a product of the dense
    // kernel.
    private static final double LISTED = 1.2;
    private static final double FAR = 1.45;
    private static final double MOVED = 1.75;
    private static final double DENSE = 1.03;
    /** Multiply-adds of 8 bits without an instruction for them. */
    private static final double WIDENED = 5;

    private static final double WORTH = 0.9;

    static Optional<SparseConvCode> of(PlannedProgram planned, Target target, Kernel kernel) {
        return switch (kernel) {
            case Kernel.Conv conv ->
                of(planned, target, conv.x(), conv.y(), conv.residual(), conv.weights(), conv.window(), false);
            case Kernel.QConv conv ->
                of(planned, target, conv.x(), conv.y(), conv.residual(), conv.weights(), conv.window(), true);
            default -> Optional.empty();
        };
    }

    private static Optional<SparseConvCode> of(
            PlannedProgram planned,
            Target target,
            int x,
            int y,
            OptionalInt residual,
            int weights,
            Kernel.Window window,
            boolean eightBit) {
        if (window.kernelH() != 1 || window.kernelW() != 1) {
            return Optional.empty();
        }
        Buffer from = planned.program().buffer(x);
        Buffer to = planned.program().buffer(y);
        int depth = eightBit ? Math.ceilDiv(from.c(), 4) : from.c();
        int outputs = WeightPacking.roundUp(to.c());
        int pixels = to.n() * to.h() * to.w();
        ByteBuffer words = planned.program().weights().get(weights).bytes();
        if (words.remaining() != depth * outputs * 4) {
            throw new IllegalStateException("the weights of a 1x1 convolution are no [" + outputs + "][" + depth + "]");
        }
        int nonZero = 0;
        while (words.hasRemaining()) {
            nonZero += words.getInt() == 0 ? 0 : 1;
        }
        if (nonZero > depth * to.c() / 2) {
            // Zeros that only fill the last vector of outputs are the dense kernel's matter.
            return Optional.empty();
        }
        Optional<SparseConvCode> best = Optional.empty();
        for (int vectors = Math.min(MOST_VECTORS, pixels / target.lanes()); vectors > 0; vectors--) {
            SparseConvCode code =
                    new SparseConvCode(x, y, residual, weights, window, eightBit, depth, outputs, nonZero, vectors);
            if (code.scratchBytes(target) <= MOST_SCRATCH_BYTES
                    && (best.isEmpty() || code.cost(target, pixels) < best.get().cost(target, pixels))) {
                best = Optional.of(code);
            }
        }
        return best.filter(code -> code.cost(target, pixels) < WORTH * code.denseCost(target, pixels));
    }

    private long scratchBytes(Target target) {
        return 4L * depth * vectors * target.lanes();
    }

    private double cost(Target target, int pixels) {
        int tile = vectors * target.lanes();
        double arrival = scratchBytes(target) <= NEAR_BYTES ? 1 : FAR;
        double listed = nonZero * (vectors * product(target) * arrival + LISTED);
        return Math.ceilDiv(pixels, tile) * (listed + (double) tile * (depth + outputs) * MOVED);
    }

    private double denseCost(Target target, int pixels) {
        return (double) pixels * depth * outputs / target.lanes() * product(target) * DENSE;
    }

    private double product(Target target) {
        return eightBit && !target.dotProduct() ? WIDENED : target.fusedMultiplyAdd() || eightBit ? 1 : 2;
    }

    /** Bytes of the list. */
    long preparedBytes() {
        return 4L * (outputs + 1) + 8L * nonZero;
    }

    /** The statement that makes the list. */
    String prepare(StepCode code) {
        return "    sv_sparse_weights(%d, %d, %s, (int *)(prepared + %d));\n"
                .formatted(outputs, depth, code.weight(weights, "int", 0), code.preparedOffset());
    }

    void write(StepCode code, Kernel.Conv conv) {
        String part = declare(code);
        ConvCode.declareEpilogue(code, conv.epilogue());
        write(
                code,
                part,
                "sv_sparse_f32(&%s, %s, %s, %s, %s, %s, %s, %s, columns);",
                code.weight(conv.bias(), "float", 0),
                code.named("epilogue"));
    }

    void write(StepCode code, Kernel.QConv conv) {
        String part = declare(code);
        ConvCode.declareRequantize(code, conv.requantize(), conv.scales());
        write(
                code,
                part,
                "sv_sparse_u8(&%s, %s, %s, %s, %s, %s, %s, %s, columns);",
                code.weight(conv.bias(), "int", 0) + ", " + code.weight(conv.scales(), "float", 0),
                "&" + code.named("requantize"));
    }

    private void write(StepCode code, String part, String call, String constants, String last) {
        code.line(
                "_Alignas(64) int columns[%d];", depth * vectors * code.target().lanes());
        Buffer from = code.buffer(x);
        Buffer to = code.buffer(y);
        code.line(
                call,
                code.named("sparse"),
                part,
                code.pointer(x, ConvCode.origin(from, window), false),
                code.prepared("int"),
                constants,
                code.pointer(y, to.origin(), true),
                ConvCode.residual(code, residual),
                last);
        code.closeParts();
    }

    /** Declares the sizes and opens the parts. */
    private String declare(StepCode code) {
        code.include("sparse.h");
        PixelAxes axes = PixelAxes.of(
                code.buffer(x),
                code.buffer(y),
                residual.isPresent() ? Optional.of(code.buffer(residual.getAsInt())) : Optional.empty(),
                window,
                true);
        int tile = vectors * code.target().lanes();
        Split split = Split.of(List.of(new Split("SV_TILES", Math.ceilDiv(axes.pixels(), tile))));
        code.tile(tile + " pixels, " + nonZero + " words");
        code.declare(
                "static const struct sv_sparse %s = {%s,\n    .element = %d, .depth = %d, .outputs = %d, .vectors = %d%s};\n"
                        .formatted(
                                code.named("sparse"),
                                axes.fields(true),
                                code.buffer(x).dtype().bytes(),
                                depth,
                                outputs,
                                vectors,
                                split.field(code)));
        return code.openParts(split.units());
    }
}
