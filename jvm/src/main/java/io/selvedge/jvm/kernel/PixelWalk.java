package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Kernel;

/** All output pixels of a window kernel in order, some at a time. */
record PixelWalk(
        int images,
        int rows,
        int cols,
        int xFirst,
        int xImage,
        int xRow,
        int xCol,
        int yFirst,
        int yImage,
        int yRow,
        int yCol,
        int rFirst,
        int rImage,
        int rRow,
        int rCol) {

    static PixelWalk of(Buffer x, Buffer y, Buffer residual, Kernel.Window w) {
        int first = x.base() + x.origin() - w.padTop() * x.rowPitch() - w.padLeft() * x.pixelPitch();
        boolean none = residual == null;
        return new PixelWalk(
                y.n(),
                y.h(),
                y.w(),
                first,
                x.imagePitch(),
                w.strideH() * x.rowPitch(),
                w.strideW() * x.pixelPitch(),
                y.base() + y.origin(),
                y.imagePitch(),
                y.rowPitch(),
                y.pixelPitch(),
                none ? 0 : residual.base() + residual.origin(),
                none ? 0 : residual.imagePitch(),
                none ? 0 : residual.rowPitch(),
                none ? 0 : residual.pixelPitch());
    }

    /** Rows of a matrix. */
    static PixelWalk ofRows(int rows, int xFirst, int xRow, int yFirst, int yRow) {
        return new PixelWalk(1, 1, rows, xFirst, 0, 0, xRow, yFirst, 0, 0, yRow, 0, 0, 0, 0);
    }

    int pixels() {
        return images * rows * cols;
    }

    /** Fills the list with the pixels from number {@code first} on; the number behind the last. */
    int fill(PixelList list, int first) {
        list.count = 0;
        int end = Math.min(pixels(), first + PixelList.CAPACITY);
        int at = first;
        while (at < end) {
            int col = at % cols;
            int row = at / cols % rows;
            int image = at / cols / rows;
            int stop = Math.min(end, at + cols - col);
            int inX = xFirst + image * xImage + row * xRow + col * xCol;
            int inY = yFirst + image * yImage + row * yRow + col * yCol;
            int inR = rFirst + image * rImage + row * rRow + col * rCol;
            for (; at < stop; at++) {
                list.add(inX, inY, inR);
                inX += xCol;
                inY += yCol;
                inR += rCol;
            }
        }
        list.fillUp();
        return end;
    }
}
