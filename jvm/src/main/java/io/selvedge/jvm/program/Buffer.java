package io.selvedge.jvm.program;

import java.util.List;

/**
 * A piece of memory that holds one value.
 *
 * @param layout how its elements lie: pixels with channels innermost and a border, or dense
 * @param padValue what the border holds
 * @param slack bytes behind the last element that its first writer clears
 * @param offset where it lies in the arena, -1 for inputs, outputs and what nobody touches
 */
public record Buffer(
        String name,
        Element element,
        List<Integer> extents,
        Layout layout,
        int padValue,
        int slack,
        Place place,
        int ioIndex,
        int offset) {

    /** Where the memory comes from. */
    public enum Place {
        INPUT,
        OUTPUT,
        ARENA
    }

    /** {@code pitch} channels from pixel to pixel, -1 where the buffer is dense in the order of its extents. */
    public record Layout(int pitch, int top, int left, int bottom, int right) {
        public static final Layout DENSE = new Layout(-1, 0, 0, 0, 0);
    }

    public boolean isDense() {
        return layout.pitch < 0;
    }

    public int n() {
        return axis(0);
    }

    public int c() {
        return axis(1);
    }

    public int h() {
        return extents.size() == 4 ? extents.get(2) : 1;
    }

    public int w() {
        return extents.size() == 4 ? extents.get(3) : extents.size() == 3 ? extents.get(2) : 1;
    }

    private int axis(int axis) {
        return axis < extents.size() ? extents.get(axis) : 1;
    }

    public int pixelPitch() {
        return layout.pitch;
    }

    public int rowPitch() {
        return (layout.left + w() + layout.right) * layout.pitch;
    }

    public int imagePitch() {
        return (layout.top + h() + layout.bottom) * rowPitch();
    }

    /** Elements before the first inner pixel. */
    public int origin() {
        return layout.top * rowPitch() + layout.left * layout.pitch;
    }

    /** Elements of the value itself. */
    public int count() {
        int count = 1;
        for (int extent : extents) {
            count = Math.multiplyExact(count, extent);
        }
        return count;
    }

    /** Elements of memory, border included, slack not. */
    public int size() {
        return isDense() ? count() : Math.multiplyExact(n(), imagePitch());
    }

    /** Index of the first element in the arena's array of its storage; 0 where the buffer has an array of its own. */
    public int base() {
        return place == Place.ARENA ? offset / element.width() : 0;
    }
}
