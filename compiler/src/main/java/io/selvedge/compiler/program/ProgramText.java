package io.selvedge.compiler.program;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Programs as text: {@code selvedge dump}, {@code inspect} and the {@code program.txt} of a bundle. */
public final class ProgramText {
    private ProgramText() {}

    /** Buffers, then steps; weights by name and size. */
    public static String dump(Program program) {
        return text(program, List.of(), List.of());
    }

    /** As {@link #dump(Program)} with arena and weight offsets. */
    public static String dump(PlannedProgram planned) {
        return "arena " + planned.arenaBytes() + " bytes, weights " + planned.weightBytes() + " bytes\n"
                + text(planned.program(), planned.offsets(), planned.weightOffsets());
    }

    private static String text(Program program, List<Integer> offsets, List<Integer> weightOffsets) {
        StringBuilder out = new StringBuilder("program " + program.name() + "\n");
        for (Buffer buffer : program.buffers()) {
            out.append("  %")
                    .append(buffer.id())
                    .append(" = ")
                    .append(buffer.dtype().text())
                    .append(buffer.shape());
            out.append(' ').append(layout(buffer)).append(' ').append(place(buffer));
            if (!offsets.isEmpty() && offsets.get(buffer.id()) >= 0) {
                out.append(" @").append(offsets.get(buffer.id()));
            }
            out.append(" ")
                    .append(buffer.bytes())
                    .append(" B  # ")
                    .append(buffer.name())
                    .append('\n');
        }
        for (int i = 0; i < program.weights().size(); i++) {
            Program.Weight weight = program.weights().get(i);
            out.append("  $").append(i).append(" = ").append(weight.byteCount()).append(" B");
            out.append(weightOffsets.isEmpty() ? "" : " @" + weightOffsets.get(i));
            out.append("  # ").append(weight.name()).append('\n');
        }
        for (int i = 0; i < program.steps().size(); i++) {
            Program.Step step = program.steps().get(i);
            out.append("  ")
                    .append(i)
                    .append(": ")
                    .append(kernel(step.kernel()))
                    .append("  # ")
                    .append(step.name())
                    .append('\n');
        }
        return out.toString();
    }

    private static String layout(Buffer buffer) {
        return switch (buffer.layout()) {
            case Layout.RowMajor() -> "dense";
            case Layout.ChannelsLast(int pitch, int top, int left, int bottom, int right) -> {
                String border = (top | left | bottom | right) == 0
                        ? ""
                        : " border(" + top + "," + left + "," + bottom + "," + right + ")=" + buffer.padValue();
                yield "nhwc/" + pitch + border;
            }
        };
    }

    private static String place(Buffer buffer) {
        return buffer.place() == Buffer.Place.ARENA
                ? "arena"
                : buffer.place().name().toLowerCase(Locale.ROOT) + buffer.ioIndex();
    }

    private static String kernel(Kernel kernel) {
        String reads = kernel.reads().stream().map(id -> "%" + id).collect(Collectors.joining(", "));
        return "%" + kernel.writes() + " = " + name(kernel) + "(" + reads + ")" + detail(kernel);
    }

    /** Name of the kernel's kind, as reports show it. */
    public static String name(Kernel kernel) {
        return kernel.getClass().getSimpleName();
    }

    private static String detail(Kernel kernel) {
        return switch (kernel) {
            case Kernel.Conv k -> " $" + k.weights() + " $" + k.bias() + window(k.window()) + " " + expr(k.epilogue());
            case Kernel.Winograd k -> detail(k.conv()) + " blocks of " + k.block();
            case Kernel.DepthwiseConv k ->
                " $" + k.weights() + " $" + k.bias() + window(k.window()) + " " + expr(k.epilogue());
            case Kernel.QConv k -> " $" + k.weights() + " $" + k.bias() + " $" + k.scales() + window(k.window());
            case Kernel.QDepthwiseConv k ->
                " $" + k.weights() + " $" + k.bias() + " $" + k.scales() + window(k.window());
            case Kernel.Pool k -> " " + k.kind().name().toLowerCase(Locale.ROOT) + window(k.window());
            case Kernel.Map k ->
                " " + k.extents() + " " + expr(k.expr())
                        + (k.compute() == Compute.F32
                                ? ""
                                : " in " + k.compute().name().toLowerCase(Locale.ROOT));
            case Kernel.Copy k ->
                " " + k.extents() + " " + k.input().strides() + " -> "
                        + k.output().strides();
            case Kernel.Lut k -> " $" + k.table();
            case Kernel.Softmax k -> " " + k.outer() + "x" + k.length() + "x" + k.inner() + (k.log() ? " log" : "");
            case Kernel.MatMul k -> " " + k.batch() + "x" + k.m() + "x" + k.k() + "x" + k.n();
            case Kernel.Gemm k ->
                " $" + k.weights() + " " + k.m() + "x" + k.k() + "x" + k.n() + " " + expr(k.epilogue());
            case Kernel.LayerNorm k -> " " + k.rows() + "x" + k.length() + " " + k.epsilon();
            case Kernel.Reduce k ->
                " " + k.kind().name().toLowerCase(Locale.ROOT) + " " + k.extents() + " over " + k.reduced();
            case Kernel.Routine k ->
                " " + k.function() + " "
                        + k.constants().stream().map(ProgramText::constant).collect(Collectors.joining(" "));
        };
    }

    private static String constant(Kernel.Constant constant) {
        return switch (constant) {
            case Kernel.Constant.Whole(long value) -> Long.toString(value);
            case Kernel.Constant.Real(float value) -> Float.toString(value);
            case Kernel.Constant.Wholes(List<Long> values) -> values.toString();
        };
    }

    private static String window(Kernel.Window w) {
        return " " + w.kernelH() + "x" + w.kernelW() + "/" + w.strideH() + "x" + w.strideW()
                + (w.dilationH() * w.dilationW() > 1 ? " dilated " + w.dilationH() + "x" + w.dilationW() : "");
    }

    /** An expression as {@code max(add($0,$1),0.0)}. */
    public static String expr(Expr expr) {
        return switch (expr) {
            case Expr.Input(int index) -> "$" + index;
            case Expr.Const(double value) -> ExprText.number(value);
            case Expr.Unary(Expr.UnaryOp op, Expr x) -> call(op.name(), expr(x));
            case Expr.Binary(Expr.BinaryOp op, Expr a, Expr b) -> call(op.name(), expr(a), expr(b));
            case Expr.Select(Expr c, Expr a, Expr b) -> call("select", expr(c), expr(a), expr(b));
            case Expr.Quantize(Expr x, float scale, int zero, int lo, int hi) ->
                call("quantize", expr(x), scale, zero, lo, hi);
            case Expr.Requantize(Expr x, int zero, int lo, int hi) -> call("requantize", expr(x), zero, lo, hi);
            case Expr.Dequantize(Expr x, float scale, int zero) -> call("dequantize", expr(x), scale, zero);
        };
    }

    private static String call(String name, Object... arguments) {
        return name.toLowerCase(Locale.ROOT)
                + java.util.Arrays.stream(arguments).map(Object::toString).collect(Collectors.joining(",", "(", ")"));
    }
}
