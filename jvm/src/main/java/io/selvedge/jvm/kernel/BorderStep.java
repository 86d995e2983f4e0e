package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Element;
import java.util.Arrays;

/** Fills what surrounds the data of a buffer before its first writer runs: border, slack and unused channels of floats. */
final class BorderStep implements Step {
    private final int id;
    private final Buffer buffer;
    private final int used;

    /** @param wholeVectors whether the writer writes channels up to the next multiple of 16 */
    BorderStep(int id, Buffer buffer, boolean wholeVectors) {
        this.id = id;
        this.buffer = buffer;
        used = wholeVectors
                ? Math.min(buffer.pixelPitch(), (buffer.c() + Tiles.BLOCK - 1) / Tiles.BLOCK * Tiles.BLOCK)
                : buffer.c();
    }

    /** Whether anything is to be filled. */
    boolean isNeeded() {
        return buffer.place() == Buffer.Place.ARENA
                && (buffer.slack() > 0 || !buffer.isDense() && (hasBorder() || clearsChannels()));
    }

    private boolean hasBorder() {
        Buffer.Layout layout = buffer.layout();
        return (layout.top() | layout.left() | layout.bottom() | layout.right()) != 0;
    }

    private boolean clearsChannels() {
        return buffer.element() == Element.FLOAT32 && used < buffer.pixelPitch();
    }

    @Override
    public int run(Memory memory) {
        Object array = memory.array(id);
        int width = buffer.element().width();
        int end = buffer.base() + buffer.size();
        fill(array, end, end + (buffer.slack() + width - 1) / width, 0);
        if (!buffer.isDense()) {
            for (int image = 0; image < buffer.n(); image++) {
                image(array, buffer.base() + image * buffer.imagePitch());
            }
        }
        return 0;
    }

    private void image(Object array, int first) {
        int row = buffer.w() * buffer.pixelPitch();
        int done = first;
        for (int r = 0; hasBorder() && r < buffer.h(); r++) {
            int from = first + buffer.origin() + r * buffer.rowPitch();
            fill(array, done, from, buffer.padValue());
            done = from + row;
        }
        if (hasBorder()) {
            fill(array, done, first + buffer.imagePitch(), buffer.padValue());
        }
        for (int pixel = 0; clearsChannels() && pixel < buffer.h() * buffer.w(); pixel++) {
            int at = first
                    + buffer.origin()
                    + pixel / buffer.w() * buffer.rowPitch()
                    + pixel % buffer.w() * buffer.pixelPitch();
            fill(array, at + used, at + buffer.pixelPitch(), 0);
        }
    }

    private static void fill(Object array, int from, int to, int value) {
        if (from >= to) {
            return;
        }
        if (array instanceof float[] floats) {
            Arrays.fill(floats, from, to, value);
        } else if (array instanceof byte[] bytes) {
            Arrays.fill(bytes, from, to, (byte) value);
        } else if (array instanceof int[] ints) {
            Arrays.fill(ints, from, to, value);
        } else if (array instanceof long[] longs) {
            Arrays.fill(longs, from, to, value);
        } else if (array instanceof double[] doubles) {
            Arrays.fill(doubles, from, to, value);
        } else {
            Arrays.fill((short[]) array, from, to, (short) value);
        }
    }
}
