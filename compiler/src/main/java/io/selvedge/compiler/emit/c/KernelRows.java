package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;

/**
 * The kernel rows of a convolution that meet its input: those that lie wholly in a border of zeros add nothing and are left
 * out. Row {@code k} of the window of output row {@code r} reads input row {@code r * stride - padTop + k * dilation}.
 *
 * @param count rows of the kernel
 * @param inputRows rows of the input, 0 where nothing is left out
 */
record KernelRows(int count, int inputRows, int padTop, int stride, int dilation) {

    static KernelRows of(Buffer x, Buffer y, PixelAxes axes, Kernel.Window window) {
        int count = window.kernelH();
        int lastRow = (y.h() - 1) * window.strideH() - window.padTop() + (count - 1) * window.dilationH();
        boolean padded = window.padTop() > 0 || lastRow >= x.h();
        boolean ownRows = axes.rows().extent() == y.h() && axes.images().extent() == y.n();
        if (!padded || !zeroBorder(x) || !ownRows || y.h() == 1) {
            return new KernelRows(count, 0, 0, 1, 1);
        }
        return new KernelRows(count, x.h(), window.padTop(), window.strideH(), window.dilationH());
    }

    /** Whether the border adds nothing: an 8-bit one holds the zero point, which the bias accounts for unless it is 0. */
    static boolean zeroBorder(Buffer x) {
        return x.dtype().bytes() != 1 || (x.padValue() & 0xff) == 0;
    }

    /** How many rows a band of output rows needs. */
    int used(int firstRow, int bandRows) {
        if (inputRows == 0) {
            return count;
        }
        int above = padTop - (firstRow + bandRows - 1) * stride;
        int below = inputRows + padTop - firstRow * stride;
        int first = above > 0 ? Math.ceilDiv(above, dilation) : 0;
        int end = below < count * dilation ? Math.ceilDiv(below, dilation) : count;
        return Math.max(0, end - first);
    }

    String fields() {
        return ".x_rows = " + inputRows + ", .pad_top = " + padTop + ", .stride_rows = " + stride
                + ", .dilation_rows = " + dilation;
    }
}
