package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.ProgramText;
import java.util.OptionalInt;

/** Layers as text without names, places and constants, so that equal layers have equal texts. */
public final class LayerText {
    private final Program program;

    private LayerText(Program program) {
        this.program = program;
    }

    /** A kernel that has forms; Winograd's algorithm is one of a convolution's. */
    public static String of(Program program, Kernel kernel) {
        LayerText text = new LayerText(program);
        return switch (kernel) {
            case Kernel.Conv k ->
                "conv" + text.window(k.x(), k.y(), k.residual(), k.window()) + " " + ProgramText.expr(k.epilogue());
            case Kernel.Winograd k -> of(program, k.conv());
            case Kernel.QConv k -> "qconv" + text.window(k.x(), k.y(), k.residual(), k.window());
            case Kernel.Gemm k ->
                (k.integers().isPresent() ? "qgemm " : "gemm ") + k.m() + "x" + k.k() + "x" + k.n() + " rows of "
                        + k.a().strides() + " to " + k.y().strides() + " "
                        + program.buffer(k.writes()).dtype().text() + " " + ProgramText.expr(k.epilogue());
            default -> throw new IllegalStateException("a " + ProgramText.name(kernel) + " has one form");
        };
    }

    private String window(int x, int y, OptionalInt residual, Kernel.Window w) {
        return " " + buffer(x) + " " + w.kernelH() + "x" + w.kernelW() + "/" + w.strideH() + "x" + w.strideW()
                + " dilated " + w.dilationH() + "x" + w.dilationW() + " pad " + w.padTop() + "," + w.padLeft()
                + " to " + buffer(y) + (residual.isPresent() ? " plus " + buffer(residual.getAsInt()) : "");
    }

    private String buffer(int id) {
        Buffer buffer = program.buffer(id);
        Layout.ChannelsLast layout = buffer.channelsLast();
        boolean zeros = KernelRows.zeroBorder(buffer);
        return buffer.shape() + buffer.dtype().text() + "/" + layout.channelPitch() + " in " + layout.top() + ","
                + layout.left() + "," + layout.bottom() + "," + layout.right() + (zeros ? " zeros" : "");
    }
}
