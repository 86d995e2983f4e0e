package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.program.WeightPacking;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The input of a depthwise convolution as the caller gave it. A program copies it into a buffer with a border of zeros; the f32
 * kernel leaves the border out as well, and needs no copy where pixels are whole vectors.
 */
final class DirectInput {
    private DirectInput() {}

    /** The caller's memory as the convolution's input without a border; empty where the copy is needed. */
    static Optional<Buffer> of(Program program, Kernel.DepthwiseConv conv) {
        Buffer x = program.buffer(conv.x());
        List<Kernel> touching = program.steps().stream()
                .map(Program.Step::kernel)
                .filter(kernel -> kernel.writes() == x.id() || kernel.reads().contains(x.id()))
                .toList();
        boolean alone = touching.size() == 2
                && touching.get(1).equals(conv)
                && conv.residual().stream().noneMatch(residual -> residual == x.id());
        return alone && touching.getFirst() instanceof Kernel.Copy copy && copy.writes() == x.id()
                ? given(program, copy, x, program.buffer(conv.writes()))
                : Optional.empty();
    }

    /** Whether the copy is one that nobody needs. */
    static boolean replaces(Program program, Kernel.Copy copy) {
        return program.steps().stream()
                .map(Program.Step::kernel)
                .anyMatch(kernel -> kernel instanceof Kernel.DepthwiseConv conv
                        && conv.x() == copy.writes()
                        && of(program, conv).isPresent());
    }

    private static Optional<Buffer> given(Program program, Kernel.Copy copy, Buffer x, Buffer y) {
        if (copy.input().weight()
                || program.buffer(copy.input().buffer()).place() != Buffer.Place.INPUT
                || x.shape().rank() != 4
                // Rows are left out one by one.
                || y.h() == 1
                || x.c() != WeightPacking.roundUp(x.c())) {
            return Optional.empty();
        }
        Buffer from = program.buffer(copy.input().buffer());
        Buffer given = new Buffer(
                from.id(),
                from.name(),
                from.dtype(),
                x.shape(),
                new Layout.ChannelsLast(x.c(), 0, 0, 0, 0),
                0,
                0,
                from.place(),
                from.ioIndex());
        boolean whole = lies(copy.input(), given) && lies(copy.output(), x) && given.bytes() == from.bytes();
        return whole ? Optional.of(given) : Optional.empty();
    }

    /** Whether an operand is the whole of a buffer; steps along axes of one element do not count. */
    private static boolean lies(Kernel.Strided operand, Buffer buffer) {
        int[] own = {buffer.imagePitch(), 1, buffer.rowPitch(), buffer.pixelPitch()};
        return operand.offset() == buffer.origin()
                && IntStream.range(0, own.length)
                        .allMatch(axis -> buffer.shape().extent(axis) == 1
                                || operand.strides().get(axis) == own[axis]);
    }
}
