package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.WeightPacking;

/** Pooling: whole vectors of channels, windows clipped to the image. */
final class PoolCode {
    private PoolCode() {}

    static void write(StepCode code, Kernel.Pool pool) {
        Buffer x = code.buffer(pool.x());
        Buffer y = code.buffer(pool.y());
        Kernel.Window w = pool.window();
        int channels = WeightPacking.roundUp(y.c());
        if (x.pixelPitch() < channels || y.pixelPitch() < channels) {
            throw new IllegalStateException("pooling " + x.name() + " needs whole vectors of channels");
        }
        boolean clipped = w.padTop() > 0
                || w.padLeft() > 0
                || (y.h() - 1) * w.strideH() + (w.kernelH() - 1) * w.dilationH() - w.padTop() >= x.h()
                || (y.w() - 1) * w.strideW() + (w.kernelW() - 1) * w.dilationW() - w.padLeft() >= x.w();
        code.include("pool.h");
        code.declare(("static const struct sv_pool %s = {.images = %d, .rows = %d, .cols = %d, .vectors = %d, "
                        + ".height = %d, .width = %d,\n    .kernel_h = %d, .kernel_w = %d, .stride_h = %d, .stride_w = %d, "
                        + ".dilation_h = %d, .dilation_w = %d, .pad_top = %d, .pad_left = %d,\n    .clipped = %d, "
                        + ".padded_height = %d, .padded_width = %d, .count_pads = %d, .maximum = %d,\n    .x_image = %d, "
                        + ".x_row = %d, .x_col = %d, .y_image = %d, .y_row = %d, .y_col = %d, .scale = %s, .x_zero = %d};\n")
                .formatted(
                        code.named("pool"),
                        y.n(),
                        y.h(),
                        y.w(),
                        channels / code.target().lanes(),
                        x.h(),
                        x.w(),
                        w.kernelH(),
                        w.kernelW(),
                        w.strideH(),
                        w.strideW(),
                        w.dilationH(),
                        w.dilationW(),
                        w.padTop(),
                        w.padLeft(),
                        clipped ? 1 : 0,
                        x.h() + (pool.countIncludePad() ? pool.padBottom() : 0),
                        x.w() + (pool.countIncludePad() ? pool.padRight() : 0),
                        pool.countIncludePad() ? 1 : 0,
                        pool.kind() == Kernel.Pool.Kind.MAX ? 1 : 0,
                        x.imagePitch(),
                        x.rowPitch(),
                        x.pixelPitch(),
                        y.imagePitch(),
                        y.rowPitch(),
                        y.pixelPitch(),
                        CTypes.literal(pool.scale()),
                        pool.zeroPointX()));
        String from = code.pointer(x.id(), x.origin(), false);
        String to = code.pointer(y.id(), y.origin(), true);
        String part = code.openParts(y.h());
        if (x.dtype() == DType.FLOAT32) {
            code.line("sv_pool_f32(&%s, %s, %s, %s);", code.named("pool"), part, from, to);
        } else {
            ConvCode.declareRequantize(
                    code, Kernel.Requantize.of(pool.zeroPointY(), pool.lo(), pool.hi()), pool.scale());
            code.line(
                    "sv_pool_u8(&%s, %s, %s, %s, &%s);", code.named("pool"), part, from, to, code.named("requantize"));
        }
        code.closeParts();
    }
}
