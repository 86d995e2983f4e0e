package io.selvedge.compiler.emit.c;

/**
 * What a convolution computes at once: {@code rows x cols} output pixels times {@code blocks} vectors of output channels.
 *
 * @param pixelsFirst the outer loop goes over pixels, the inner over output channels
 */
record Tile(int rows, int cols, int blocks, boolean pixelsFirst) {
    /** {@code 1x14x2}. */
    String text() {
        return rows + "x" + cols + "x" + blocks;
    }
}
