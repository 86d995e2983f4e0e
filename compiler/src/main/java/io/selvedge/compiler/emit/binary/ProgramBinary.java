package io.selvedge.compiler.emit.binary;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** A planned program as the {@code program.bin} of a bundle; docs/program-format.md describes the bytes. Weights are not in it. */
public final class ProgramBinary {
    /** Version of the format. */
    public static final int VERSION = 1;

    private final ByteWriter out = new ByteWriter();

    private ProgramBinary() {}

    /** The program's bytes; equal programs give equal bytes. */
    public static byte[] write(PlannedProgram planned) {
        ProgramBinary writer = new ProgramBinary();
        writer.program(planned);
        return writer.out.toByteArray();
    }

    private void program(PlannedProgram planned) {
        Program program = planned.program();
        out.octet('S').octet('V').octet('P').octet(VERSION).text(program.name());
        out.wholes(planned.arenaBytes(), planned.weightBytes());
        out.list(program.buffers(), buffer -> buffer(buffer, planned.offsets().get(buffer.id())));
        out.whole(program.weights().size());
        for (int i = 0; i < program.weights().size(); i++) {
            Program.Weight weight = program.weights().get(i);
            out.text(weight.name()).wholes(planned.weightOffsets().get(i), weight.byteCount());
        }
        out.integers(program.inputs()).integers(program.outputs());
        out.list(program.steps(), step -> {
            out.text(step.name()).whole(step.macs());
            kernel(step.kernel());
        });
    }

    private void buffer(Buffer buffer, int offset) {
        out.text(buffer.name()).whole(buffer.dtype().onnxCode());
        out.integers(Arrays.stream(buffer.shape().extents()).boxed().toList());
        switch (buffer.layout()) {
            case Layout.RowMajor() -> out.flag(false);
            case Layout.ChannelsLast(int pitch, int top, int left, int bottom, int right) ->
                out.flag(true).wholes(pitch, top, left, bottom, right);
        }
        out.wholes(
                buffer.padValue(),
                buffer.slackBytes(),
                switch (buffer.place()) {
                    case INPUT -> 0;
                    case OUTPUT -> 1;
                    case ARENA -> 2;
                },
                buffer.ioIndex(),
                offset);
    }

    private void kernel(Kernel kernel) {
        switch (kernel) {
            case Kernel.Conv k -> {
                out.whole(0);
                conv(k);
            }
            case Kernel.Winograd k -> {
                out.whole(1);
                conv(k.conv());
                out.wholes(k.block(), k.scratchBuffer(), k.channels(), k.outputs());
            }
            case Kernel.DepthwiseConv k -> {
                out.wholes(2, k.x(), k.y(), orNone(k.residual()), k.weights(), k.bias());
                window(k.window());
                expr(k.epilogue());
            }
            case Kernel.QConv k -> {
                out.wholes(3, k.x(), k.y(), orNone(k.residual()), k.weights(), k.bias(), k.scales());
                window(k.window());
                requantize(k.requantize());
            }
            case Kernel.QDepthwiseConv k -> {
                out.wholes(4, k.x(), k.y(), orNone(k.residual()), k.weights(), k.bias(), k.scales());
                window(k.window());
                requantize(k.requantize());
            }
            case Kernel.Pool k -> {
                out.wholes(5, k.x(), k.y()).flag(k.kind() == Kernel.Pool.Kind.MAX);
                window(k.window());
                out.wholes(k.padBottom(), k.padRight())
                        .flag(k.countIncludePad())
                        .real(k.scale());
                out.wholes(k.zeroPointX(), k.zeroPointY(), k.lo(), k.hi());
            }
            case Kernel.Map k -> {
                out.whole(6).integers(k.extents()).list(k.inputs(), this::strided);
                strided(k.output());
                expr(k.expr());
                out.whole(
                        switch (k.compute()) {
                            case F32 -> 0;
                            case F64 -> 1;
                            case S64 -> 2;
                            case U64 -> 3;
                        });
            }
            case Kernel.Copy k -> {
                out.whole(7).integers(k.extents());
                strided(k.input());
                strided(k.output());
                out.whole(k.elementBytes()).octet(k.xor() & 0xff);
            }
            case Kernel.Lut k -> {
                out.whole(8).integers(k.extents());
                strided(k.input());
                strided(k.output());
                out.whole(k.table());
            }
            case Kernel.Softmax k ->
                out.wholes(9, k.x(), k.y(), k.outer(), k.length(), k.inner()).flag(k.log());
            case Kernel.MatMul k -> {
                out.whole(10);
                strided(k.a());
                strided(k.b());
                strided(k.y());
                out.wholes(k.batch(), k.m(), k.k(), k.n()).real(k.alpha());
            }
            case Kernel.Reduce k -> {
                out.wholes(
                        11,
                        switch (k.kind()) {
                            case SUM -> 0;
                            case MEAN -> 1;
                            case MAX -> 2;
                            case MIN -> 3;
                            case PROD -> 4;
                            case SUM_SQUARE -> 5;
                        });
                out.integers(k.extents()).integers(k.reduced());
                strided(k.input());
                out.integers(k.reducedStrides());
                strided(k.output());
            }
            case Kernel.Gemm k -> {
                out.whole(13);
                strided(k.a());
                Kernel.Gemm.Integers none =
                        new Kernel.Gemm.Integers(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
                Kernel.Gemm.Integers integers = k.integers().orElse(none);
                out.whole(k.weights()).flag(k.integers().isPresent());
                out.wholes(orNone(integers.bias()), orNone(integers.sums()), orNone(integers.zeroPoint()));
                strided(k.y());
                out.list(k.operands(), this::strided).wholes(k.m(), k.k(), k.n());
                expr(k.epilogue());
            }
            case Kernel.LayerNorm k -> {
                out.whole(14);
                strided(k.x());
                strided(k.y());
                out.wholes(k.rows(), k.length());
                optional(k.scale());
                optional(k.bias());
                out.real(k.epsilon());
            }
            case Kernel.Routine k -> {
                out.whole(12).text(k.function()).list(k.inputs(), this::operand);
                out.whole(k.y())
                        .flag(k.strided())
                        .whole(orNone(k.scratchBuffer()))
                        .list(k.constants(), this::constant);
            }
        }
    }

    private void conv(Kernel.Conv k) {
        out.wholes(k.x(), k.y(), orNone(k.residual()), k.weights(), k.bias());
        window(k.window());
        expr(k.epilogue());
    }

    private static int orNone(OptionalInt id) {
        return id.orElse(-1);
    }

    private void window(Kernel.Window w) {
        out.wholes(
                w.kernelH(),
                w.kernelW(),
                w.strideH(),
                w.strideW(),
                w.dilationH(),
                w.dilationW(),
                w.padTop(),
                w.padLeft());
    }

    private void requantize(Kernel.Requantize q) {
        out.wholes(q.zeroPoint(), q.lo(), q.hi()).real(q.addScale()).whole(q.residualZeroPoint());
        out.real(q.residualScale()).wholes(q.addZeroPoint(), q.addLo(), q.addHi());
    }

    private void strided(Kernel.Strided s) {
        out.flag(s.weight()).wholes(s.buffer(), s.offset()).integers(s.strides());
    }

    private void optional(Optional<Kernel.Strided> operand) {
        out.flag(operand.isPresent());
        operand.ifPresent(this::strided);
    }

    private void operand(Kernel.Operand operand) {
        out.flag(operand.weight()).whole(operand.buffer()).whole(operand.byteOffset());
    }

    private void constant(Kernel.Constant constant) {
        switch (constant) {
            case Kernel.Constant.Whole(long value) -> out.whole(0).whole(value);
            case Kernel.Constant.Real(float value) -> out.whole(1).real(value);
            case Kernel.Constant.Wholes(var values) -> out.whole(2).list(values, out::whole);
        }
    }

    @SuppressWarnings("EnumOrdinal") // The format numbers the operations in the order in which the enums list them.
    private void expr(Expr expr) {
        switch (expr) {
            case Expr.Input(int index) -> out.wholes(0, index);
            case Expr.Const(double value) -> out.whole(1).wide(value);
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> {
                out.wholes(2, op.ordinal());
                expr(x);
            }
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> {
                out.wholes(3, op.ordinal());
                expr(a);
                expr(b);
            }
            case Expr.Select(Expr condition, Expr a, Expr b) -> {
                out.whole(4);
                expr(condition);
                expr(a);
                expr(b);
            }
            case Expr.Quantize(Expr x, float scale, int zero, int lo, int hi) -> {
                out.whole(5);
                expr(x);
                out.flag(true).real(scale).wholes(zero, lo, hi);
            }
            case Expr.Requantize(Expr x, int zero, int lo, int hi) -> {
                out.whole(5);
                expr(x);
                out.flag(false).real(1).wholes(zero, lo, hi);
            }
            case Expr.Dequantize(Expr x, float scale, int zero) -> {
                out.whole(6);
                expr(x);
                out.real(scale).whole(zero);
            }
        }
    }
}
