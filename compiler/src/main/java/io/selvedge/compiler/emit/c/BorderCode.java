package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.WeightPacking;

/** Fills what surrounds the data of a buffer: border, slack and unused channels. */
final class BorderCode {
    private BorderCode() {}

    /**
     * Writes the fills that the buffer's first writer owes it.
     *
     * @param wholeVectors whether the step writes channels up to the next multiple of 16
     */
    static void fill(StepCode code, int id, boolean wholeVectors) {
        Buffer buffer = code.buffer(id);
        if (buffer.place() != Buffer.Place.ARENA) {
            return;
        }
        int size = buffer.dtype().bytes();
        if (!(buffer.layout() instanceof Layout.ChannelsLast layout)) {
            if (buffer.slackBytes() > 0) {
                code.include("copy.h");
                code.line(
                        "sv_fill(%s, %d, 0);",
                        code.bytes(id, buffer.shape().elements(), size, true), buffer.slackBytes());
            }
            return;
        }
        int pitch = layout.channelPitch();
        if ((layout.top() | layout.left() | layout.bottom() | layout.right() | buffer.slackBytes()) != 0) {
            if (size != 1 && buffer.padValue() != 0) {
                throw new IllegalStateException(
                        "border of " + buffer.name() + " can only be 0, not " + buffer.padValue());
            }
            code.include("copy.h");
            int right = layout.right() * pitch;
            code.border(
                    "sv_border(%s, %d, %d, %d, %d, %d, %d, %d, %d",
                    code.bytes(id, 0, size, true),
                    buffer.n(),
                    buffer.h(),
                    (long) buffer.origin() * size,
                    (long) buffer.w() * pitch * size,
                    ((long) right + (long) layout.left() * pitch) * size,
                    (right + (long) layout.bottom() * buffer.rowPitch()) * size,
                    buffer.slackBytes(),
                    buffer.padValue() & 0xff);
        }
        int used = wholeVectors ? Math.min(pitch, WeightPacking.roundUp(buffer.c())) : buffer.c();
        if (buffer.dtype() == DType.FLOAT32 && used < pitch) {
            code.include("copy.h");
            code.line(
                    "sv_clear_tail(%s, %d, %d, %d, %d, %d, %d, %d);",
                    code.bytes(id, buffer.origin(), size, true),
                    buffer.n(),
                    buffer.h(),
                    buffer.w(),
                    (long) buffer.imagePitch() * size,
                    (long) buffer.rowPitch() * size,
                    (long) pitch * size,
                    (long) used * size);
        }
    }
}
