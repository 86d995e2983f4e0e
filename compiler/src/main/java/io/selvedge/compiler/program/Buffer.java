package io.selvedge.compiler.program;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Shape;

/**
 * A piece of memory that holds one value.
 *
 * @param padValue what the border of a channels-last buffer holds: 0 in f32, the zero point in u8
 * @param slackBytes bytes behind the last element that kernels may read; the step that writes the buffer fills them with 0
 * @param place INPUT and OUTPUT are given by the caller through the io table (dense), ARENA is planned
 * @param ioIndex position in the io table (inputs first, then outputs), -1 for ARENA
 */
public record Buffer(
        int id,
        String name,
        DType dtype,
        Shape shape,
        Layout layout,
        int padValue,
        int slackBytes,
        Place place,
        int ioIndex) {
    /** Where the memory comes from. */
    public enum Place {
        INPUT,
        OUTPUT,
        ARENA
    }

    /** The same buffer as the result at {@code index} of the io table. */
    Buffer inOutput(int index) {
        return new Buffer(id, name, dtype, shape, layout, padValue, slackBytes, Place.OUTPUT, index);
    }

    public int n() {
        return axis(0);
    }

    public int c() {
        return axis(1);
    }

    /** Height; 1 for values of rank below 4 (a rank-3 value [N,C,L] has its length in w). */
    public int h() {
        return shape.rank() == 4 ? shape.extent(2) : 1;
    }

    public int w() {
        return shape.rank() == 4 ? shape.extent(3) : shape.rank() == 3 ? shape.extent(2) : 1;
    }

    private int axis(int axis) {
        return axis < shape.rank() ? shape.extent(axis) : 1;
    }

    /** Elements from one pixel to the next (channels-last only). */
    public int pixelPitch() {
        return channelsLast().channelPitch();
    }

    /** Elements from one row to the next (channels-last only). */
    public int rowPitch() {
        Layout.ChannelsLast layout = channelsLast();
        return (layout.left() + w() + layout.right()) * layout.channelPitch();
    }

    /** Elements from one image to the next (channels-last only). */
    public int imagePitch() {
        Layout.ChannelsLast layout = channelsLast();
        return (layout.top() + h() + layout.bottom()) * rowPitch();
    }

    /** Elements before the first inner pixel (channels-last), 0 when dense. */
    public int origin() {
        return layout instanceof Layout.ChannelsLast cl ? cl.top() * rowPitch() + cl.left() * cl.channelPitch() : 0;
    }

    public Layout.ChannelsLast channelsLast() {
        if (layout instanceof Layout.ChannelsLast channelsLast) {
            return channelsLast;
        }
        throw new IllegalStateException("buffer " + name + " is row-major");
    }

    /** Size in bytes, border and slack included. */
    public long bytes() {
        long elements = layout instanceof Layout.ChannelsLast ? (long) n() * imagePitch() : shape.elements();
        return elements * dtype.bytes() + slackBytes;
    }
}
