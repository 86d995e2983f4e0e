package io.selvedge.compiler.memory;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * One arena for all buffers: greedy by size, each placed in the lowest gap among the buffers that live at the same time
 * (first fit by decreasing size, as in TensorFlow Lite for Microcontrollers). Element-wise kernels run in place where their
 * input dies with them and both lie alike.
 */
public final class MemoryPlanner {
    private static final int ALIGNMENT = 64;

    private MemoryPlanner() {}

    /** Steps during which a buffer holds data, both inclusive. */
    public record Lifetime(int firstStep, int lastStep) {
        boolean overlaps(Lifetime that) {
            return firstStep <= that.lastStep && that.firstStep <= lastStep;
        }

        Lifetime and(Lifetime that) {
            return new Lifetime(Math.min(firstStep, that.firstStep), Math.max(lastStep, that.lastStep));
        }
    }

    /** Offsets of all buffers in one arena, and the packed weights; the same program gives the same plan. */
    public static PlannedProgram plan(Program program) {
        return plan(program, false);
    }

    /** @param residuals whether convolutions may write over a residual that dies with them */
    static PlannedProgram plan(Program program, boolean residuals) {
        List<Lifetime> lifetimes = lifetimes(program);
        int[] owner = inPlaceOwners(program, lifetimes, residuals);
        List<Integer> offsets = place(program, lifetimes, owner);
        long arena = 0;
        for (Buffer buffer : program.buffers()) {
            if (offsets.get(buffer.id()) >= 0) {
                arena = Math.max(arena, offsets.get(buffer.id()) + buffer.bytes());
            }
        }
        List<Integer> weightOffsets = new ArrayList<>();
        long weightBytes = 0;
        for (Program.Weight weight : program.weights()) {
            weightBytes = align(weightBytes);
            weightOffsets.add(Math.toIntExact(weightBytes));
            weightBytes += weight.byteCount();
        }
        List<Integer> preparedOffsets = new ArrayList<>();
        long preparedBytes = 0;
        for (Program.Step step : program.steps()) {
            preparedOffsets.add((int) Math.min(preparedBytes, Integer.MAX_VALUE));
            preparedBytes = align(preparedBytes + step.kernel().preparedBytes());
        }
        if (Math.max(arena, Math.max(align(weightBytes), preparedBytes)) > Integer.MAX_VALUE) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    "the model needs " + arena + " bytes of activations, " + weightBytes + " bytes of weights and "
                            + preparedBytes + " bytes of prepared weights; each must stay below 2 GiB");
        }
        return new PlannedProgram(
                program, offsets, (int) arena, weightOffsets, (int) align(weightBytes), preparedOffsets, (int)
                        preparedBytes);
    }

    /** First write to last read of every buffer; buffers that nobody touches get an empty range. */
    public static List<Lifetime> lifetimes(Program program) {
        int[] first = new int[program.buffers().size()];
        int[] last = new int[first.length];
        Arrays.fill(first, Integer.MAX_VALUE);
        Arrays.fill(last, -1);
        for (int step = 0; step < program.steps().size(); step++) {
            Kernel kernel = program.steps().get(step).kernel();
            touch(first, last, kernel.writes(), step);
            if (kernel.scratch().isPresent()) {
                touch(first, last, kernel.scratch().getAsInt(), step);
            }
            for (int read : kernel.reads()) {
                touch(first, last, read, step);
            }
        }
        List<Lifetime> lifetimes = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            lifetimes.add(new Lifetime(first[i], last[i]));
        }
        return lifetimes;
    }

    private static void touch(int[] first, int[] last, int buffer, int step) {
        first[buffer] = Math.min(first[buffer], step);
        last[buffer] = Math.max(last[buffer], step);
    }

    /** For every buffer the buffer whose memory it takes over, itself if none. Lifetimes of owners are widened. */
    private static int[] inPlaceOwners(Program program, List<Lifetime> lifetimes, boolean residuals) {
        int[] owner = new int[program.buffers().size()];
        for (int i = 0; i < owner.length; i++) {
            owner[i] = i;
        }
        for (int step = 0; step < program.steps().size(); step++) {
            switch (program.steps().get(step).kernel()) {
                case Kernel.Map map -> {
                    for (Kernel.Strided input : map.inputs()) {
                        if (tryInPlace(program, lifetimes, owner, step, input, map.output())) {
                            break;
                        }
                    }
                }
                case Kernel.Lut lut -> tryInPlace(program, lifetimes, owner, step, lut.input(), lut.output());
                // These compute every pixel once, and read its residual before; the result's border is written anew.
                case Kernel.Conv conv
                when residuals && conv.residual().isPresent() ->
                    tryOverResidual(
                            program, lifetimes, owner, step, conv.residual().getAsInt());
                case Kernel.QConv conv
                when residuals && conv.residual().isPresent() ->
                    tryOverResidual(
                            program, lifetimes, owner, step, conv.residual().getAsInt());
                default -> {
                    // other kernels read elements after they have written others
                }
            }
        }
        return owner;
    }

    private static boolean tryInPlace(
            Program program, List<Lifetime> lifetimes, int[] owner, int step, Kernel.Strided in, Kernel.Strided out) {
        if (in.weight()) {
            return false;
        }
        Buffer from = program.buffer(in.buffer());
        Buffer to = program.buffer(out.buffer());
        boolean alike = from.padValue() == to.padValue()
                && in.offset() == out.offset()
                && in.strides().equals(out.strides());
        return alike && takeOver(program, lifetimes, owner, step, from, to);
    }

    private static void tryOverResidual(
            Program program, List<Lifetime> lifetimes, int[] owner, int step, int residual) {
        Buffer result = program.buffer(program.steps().get(step).kernel().writes());
        takeOver(program, lifetimes, owner, step, program.buffer(residual), result);
    }

    /** Gives {@code to} the memory of {@code from}, if both lie alike and {@code from} dies where {@code to} begins. */
    private static boolean takeOver(
            Program program, List<Lifetime> lifetimes, int[] owner, int step, Buffer from, Buffer to) {
        boolean alike = from.place() == Buffer.Place.ARENA
                && to.place() == Buffer.Place.ARENA
                && from.dtype() == to.dtype()
                && from.layout().equals(to.layout())
                && from.bytes() == to.bytes();
        int root = owner[from.id()];
        boolean dies =
                lifetimes.get(root).lastStep() == step && lifetimes.get(to.id()).firstStep() == step;
        boolean readTwice = program.steps().get(step).kernel().reads().stream()
                        .filter(read -> read == from.id())
                        .count()
                > 1;
        if (!alike || !dies || readTwice || owner[to.id()] != to.id()) {
            return false;
        }
        owner[to.id()] = root;
        lifetimes.set(root, lifetimes.get(root).and(lifetimes.get(to.id())));
        return true;
    }

    private static List<Integer> place(Program program, List<Lifetime> lifetimes, int[] owner) {
        List<Buffer> order = program.buffers().stream()
                .filter(b -> b.place() == Buffer.Place.ARENA
                        && owner[b.id()] == b.id()
                        && lifetimes.get(b.id()).lastStep() >= 0)
                .sorted(Comparator.comparingLong(Buffer::bytes).reversed().thenComparingInt(Buffer::id))
                .toList();
        List<Integer> offsets =
                new ArrayList<>(Collections.nCopies(program.buffers().size(), -1));
        List<Buffer> placed = new ArrayList<>();
        for (Buffer buffer : order) {
            long offset = 0;
            List<Buffer> rivals = placed.stream()
                    .filter(p -> lifetimes.get(p.id()).overlaps(lifetimes.get(buffer.id())))
                    .sorted(Comparator.comparingInt(p -> offsets.get(p.id())))
                    .toList();
            for (Buffer rival : rivals) {
                if (offset + buffer.bytes() <= offsets.get(rival.id())) {
                    break;
                }
                offset = Math.max(offset, align(offsets.get(rival.id()) + rival.bytes()));
            }
            if (offset + buffer.bytes() > Integer.MAX_VALUE) {
                throw new SelvedgeException(
                        ErrorCode.BAD_MODEL, "activations need more than 2 GiB at value '" + buffer.name() + "'");
            }
            offsets.set(buffer.id(), (int) offset);
            placed.add(buffer);
        }
        for (int i = 0; i < owner.length; i++) {
            if (owner[i] != i) {
                offsets.set(i, offsets.get(owner[i]));
            }
        }
        return offsets;
    }

    static long align(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
