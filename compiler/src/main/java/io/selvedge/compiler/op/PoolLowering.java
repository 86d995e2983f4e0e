package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WindowReader;
import java.util.ArrayList;
import java.util.List;

/** What the pooling operators share: geometry and the kernel. */
final class PoolLowering {
    private PoolLowering() {}

    static ConvGeometry geometry(
            Shape x,
            Shape y,
            List<Integer> kernel,
            List<Integer> strides,
            List<Integer> pads,
            List<Integer> dilations) {
        List<Long> weight = new ArrayList<>(List.of((long) x.extent(1), 1L));
        kernel.forEach(k -> weight.add((long) k));
        ConvGeometry g = ConvGeometry.of(
                x, Shape.of(weight.stream().mapToLong(k -> k).toArray()), y, strides, pads, dilations, x.extent(1));
        if (pads.isEmpty()) {
            return g;
        }
        int half = pads.size() / 2;
        return new ConvGeometry(
                g.n(),
                g.c(),
                g.h(),
                g.w(),
                g.oc(),
                g.oh(),
                g.ow(),
                g.group(),
                g.window(),
                half == 2 ? pads.get(2) : 0,
                pads.get(pads.size() - 1));
    }

    /** Window elements that lie within the padded image. */
    static int paddedCount(ConvGeometry g, int top, int left) {
        Kernel.Window win = g.window();
        int rows = Math.min(top + win.kernelH(), g.h() + g.padBottom()) - Math.max(top, -win.padTop());
        int cols = Math.min(left + win.kernelW(), g.w() + g.padRight()) - Math.max(left, -win.padLeft());
        return rows * cols;
    }

    static WindowReader.Request request() {
        return new WindowReader.Request(0, 0, 0, 0, 0, true, 0);
    }

    /** Max or f32 average pooling. */
    static void lower(
            Node node, ProgramBuilder builder, Kernel.Pool.Kind kind, ConvGeometry g, boolean countIncludePad) {
        int in = builder.channelsLast(node.input(0));
        int out = builder.defineVectors(node.output());
        DType dtype = builder.buffer(in).dtype();
        builder.emit(
                new Kernel.Pool(
                        in,
                        out,
                        kind,
                        g.window(),
                        g.padBottom(),
                        g.padRight(),
                        countIncludePad,
                        1,
                        0,
                        0,
                        0,
                        dtype == DType.UINT8 ? 255 : 0),
                0);
    }
}
