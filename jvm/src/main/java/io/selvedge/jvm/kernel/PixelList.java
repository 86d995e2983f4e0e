package io.selvedge.jvm.kernel;

/** Some output pixels: where the window of each begins in x, and where it lies in y and in the residual. */
public final class PixelList {
    /** A multiple of {@link Tiles#PIXELS}. */
    static final int CAPACITY = 96;

    final int[] x = new int[CAPACITY];
    final int[] y = new int[CAPACITY];
    final int[] residual = new int[CAPACITY];
    int count;

    /** The places in x. */
    public int[] x() {
        return x;
    }

    /** The places in y. */
    public int[] y() {
        return y;
    }

    /** The places in the residual. */
    public int[] residual() {
        return residual;
    }

    /** How many pixels are in the list. */
    public int count() {
        return count;
    }

    /** Adds a pixel. */
    public void add(int inX, int inY, int inResidual) {
        x[count] = inX;
        y[count] = inY;
        residual[count] = inResidual;
        count++;
    }

    /** Repeats the last pixel up to the next multiple of {@link Tiles#PIXELS}. */
    public void fillUp() {
        for (int i = count; i % Tiles.PIXELS != 0; i++) {
            x[i] = x[count - 1];
            y[i] = y[count - 1];
            residual[i] = residual[count - 1];
        }
    }
}
