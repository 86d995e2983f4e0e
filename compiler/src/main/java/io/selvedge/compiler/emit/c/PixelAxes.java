package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The output pixels of a windowed kernel: images, rows, columns, with the steps (in elements) of the window in x, of y and of the
 * residual. Where pixels follow each other evenly in all three, axes are one: a 1x1 convolution is one long row.
 */
record PixelAxes(LoopNest.Axis images, LoopNest.Axis rows, LoopNest.Axis cols) {

    /** @param flatten whether the kernel allows rows to be joined */
    static PixelAxes of(Buffer x, Buffer y, Optional<Buffer> residual, Kernel.Window window, boolean flatten) {
        Buffer r = residual.orElse(y);
        List<LoopNest.Axis> all = List.of(
                new LoopNest.Axis(y.n(), List.of(x.imagePitch(), r.imagePitch(), y.imagePitch())),
                new LoopNest.Axis(y.h(), List.of(x.rowPitch() * window.strideH(), r.rowPitch(), y.rowPitch())),
                new LoopNest.Axis(y.w(), List.of(x.pixelPitch() * window.strideW(), r.pixelPitch(), y.pixelPitch())));
        if (!flatten) {
            return new PixelAxes(all.get(0), all.get(1), all.get(2));
        }
        List<LoopNest.Axis> axes = new ArrayList<>(LoopNest.merged(
                        all.stream().filter(axis -> axis.extent() > 1).toList(), 3)
                .axes());
        while (axes.size() < 3) {
            axes.addFirst(new LoopNest.Axis(1, List.of(0, 0, 0)));
        }
        return new PixelAxes(axes.get(0), axes.get(1), axes.get(2));
    }

    /** Fields of the C structs: extents and steps; {@code columnOfX} is false where the kernel derives it. */
    String fields(boolean columnOfX) {
        return ".images = " + images.extent() + ", .rows = " + rows.extent() + ", .cols = " + cols.extent()
                + ", .x_image = " + images.strides().get(0) + ", .x_row = "
                + rows.strides().get(0)
                + (columnOfX ? ", .x_col = " + cols.strides().get(0) : "")
                + ", .y_image = " + images.strides().get(2) + ", .y_row = "
                + rows.strides().get(2) + ", .y_col = " + cols.strides().get(2)
                + ", .r_image = " + images.strides().get(1) + ", .r_row = "
                + rows.strides().get(1) + ", .r_col = " + cols.strides().get(1);
    }

    int pixels() {
        return images.extent() * rows.extent() * cols.extent();
    }
}
