package io.selvedge.compiler.emit.c;

/**
 * What a convolution computes at once: {@code rows x cols} output pixels times {@code blocks} vectors of output channels.
 *
 * @param pixelsFirst the outer loop goes over pixels, the inner over output channels
 */
record Tile(int rows, int cols, int blocks, boolean pixelsFirst) {
    private static final int BLOCK = 16;

    /** Folding the halves of a vector costs more than it saves where sums are shorter. */
    private static final int SHORTEST_RUN = 8;

    /**
     * Whether the last of all vectors belongs to every tile and holds at most half a block of channels.
     *
     * @param run steps along K that follow each other in memory
     */
    boolean isNarrow(int channels, int vectors, int run) {
        return blocks == vectors && (channels - 1) % BLOCK < BLOCK / 2 && run >= SHORTEST_RUN;
    }

    /** The same tile, the other loop outside. */
    Tile turned() {
        return new Tile(rows, cols, blocks, !pixelsFirst);
    }

    /** {@code 1x14x2 pixels first}. */
    String order() {
        return text() + (pixelsFirst ? " pixels first" : " channels first");
    }

    /** {@code 1x14x2}. */
    String text() {
        return rows + "x" + cols + "x" + blocks;
    }
}
