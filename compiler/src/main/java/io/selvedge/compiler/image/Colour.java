package io.selvedge.compiler.image;

/** Channels of an image in memory order. */
public enum Colour {
    RGB(3),
    BGR(3),
    GRAY(1);

    private final int channels;

    Colour(int channels) {
        this.channels = channels;
    }

    public int channels() {
        return channels;
    }
}
