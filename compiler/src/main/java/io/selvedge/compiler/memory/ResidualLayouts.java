package io.selvedge.compiler.memory;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Gives a convolution's result and its residual the same border, the wider one of both, so that the one can lie where the other
 * did: their pixels must have the same places. Borders are wider then than their readers ask for, which they allow.
 */
final class ResidualLayouts {
    private final List<Buffer> buffers;
    private final List<Program.Step> steps;

    private ResidualLayouts(Program program) {
        buffers = new ArrayList<>(program.buffers());
        steps = new ArrayList<>(program.steps());
    }

    static Program aligned(Program program) {
        ResidualLayouts layouts = new ResidualLayouts(program);
        for (Program.Step step : program.steps()) {
            layouts.residualOf(step.kernel())
                    .ifPresent(residual -> layouts.align(residual, step.kernel().writes()));
        }
        return layouts.buffers.equals(program.buffers())
                ? program
                : new Program(
                        program.name(),
                        layouts.buffers,
                        program.weights(),
                        layouts.steps,
                        program.inputs(),
                        program.outputs());
    }

    private OptionalInt residualOf(Kernel kernel) {
        return switch (kernel) {
            case Kernel.Conv k -> k.residual();
            case Kernel.QConv k -> k.residual();
            default -> OptionalInt.empty();
        };
    }

    private void align(int residual, int result) {
        Buffer r = buffers.get(residual);
        Buffer y = buffers.get(result);
        if (!(r.layout() instanceof Layout.ChannelsLast a)
                || !(y.layout() instanceof Layout.ChannelsLast b)
                || a.channelPitch() != b.channelPitch()
                || r.place() != Buffer.Place.ARENA
                || y.place() != Buffer.Place.ARENA) {
            return;
        }
        Layout.ChannelsLast both = new Layout.ChannelsLast(
                a.channelPitch(),
                Math.max(a.top(), b.top()),
                Math.max(a.left(), b.left()),
                Math.max(a.bottom(), b.bottom()),
                Math.max(a.right(), b.right()));
        int slack = Math.max(r.slackBytes(), y.slackBytes());
        if (canMove(r) && canMove(y)) {
            move(r, both, slack);
            move(y, both, slack);
        }
    }

    /** Whether all that touch the buffer take its steps from it, or walk all of its image, so that the walk can be told anew. */
    private boolean canMove(Buffer buffer) {
        return steps.stream()
                .map(Program.Step::kernel)
                .filter(kernel ->
                        kernel.writes() == buffer.id() || kernel.reads().contains(buffer.id()))
                .allMatch(kernel -> switch (kernel) {
                    case Kernel.Conv _, Kernel.Winograd _, Kernel.DepthwiseConv _, Kernel.Pool _ -> true;
                    case Kernel.QConv _, Kernel.QDepthwiseConv _ -> true;
                    case Kernel.Map k -> canMove(buffer, k.inputs(), k.output());
                    case Kernel.Copy k -> canMove(buffer, List.of(k.input()), k.output());
                    case Kernel.Lut k -> canMove(buffer, List.of(k.input()), k.output());
                    default -> false;
                });
    }

    private static boolean canMove(Buffer buffer, List<Kernel.Strided> inputs, Kernel.Strided output) {
        return Stream.concat(inputs.stream(), Stream.of(output))
                .filter(operand -> !operand.weight() && operand.buffer() == buffer.id())
                .allMatch(operand -> moved(operand, buffer, buffer).isPresent());
    }

    /** The operand after its buffer's layout changed; empty when it is not [N,C,H,W] over all rows. */
    private static Optional<Kernel.Strided> moved(Kernel.Strided operand, Buffer from, Buffer to) {
        List<Integer> strides = operand.strides();
        boolean image = strides.size() == 4
                && strides.get(0) == from.imagePitch()
                && strides.get(2) == from.rowPitch()
                && strides.get(3) == from.pixelPitch()
                && operand.offset() >= from.origin()
                && operand.offset() < from.origin() + from.pixelPitch();
        return image
                ? Optional.of(new Kernel.Strided(
                        operand.buffer(),
                        false,
                        operand.offset() - from.origin() + to.origin(),
                        List.of(to.imagePitch(), strides.get(1), to.rowPitch(), to.pixelPitch())))
                : Optional.empty();
    }

    private void move(Buffer from, Layout.ChannelsLast layout, int slack) {
        Buffer to = new Buffer(
                from.id(),
                from.name(),
                from.dtype(),
                from.shape(),
                layout,
                from.padValue(),
                slack,
                from.place(),
                from.ioIndex());
        buffers.set(from.id(), to);
        steps.replaceAll(step -> new Program.Step(step.name(), kernel(step.kernel(), from, to), step.macs()));
    }

    private static Kernel kernel(Kernel kernel, Buffer from, Buffer to) {
        return switch (kernel) {
            case Kernel.Map k ->
                new Kernel.Map(
                        k.extents(),
                        k.inputs().stream()
                                .map(input -> operand(input, from, to))
                                .toList(),
                        operand(k.output(), from, to),
                        k.expr(),
                        k.compute());
            case Kernel.Copy k ->
                new Kernel.Copy(
                        k.extents(),
                        operand(k.input(), from, to),
                        operand(k.output(), from, to),
                        k.elementBytes(),
                        k.xor());
            case Kernel.Lut k ->
                new Kernel.Lut(k.extents(), operand(k.input(), from, to), operand(k.output(), from, to), k.table());
            // Windows take their steps from the buffers; others do not touch what moves.
            default -> kernel;
        };
    }

    private static Kernel.Strided operand(Kernel.Strided operand, Buffer from, Buffer to) {
        return operand.weight() || operand.buffer() != from.id()
                ? operand
                : moved(operand, from, to).orElseThrow();
    }
}
