package io.selvedge.compiler.memory;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One weights.bin for several programs of a model: equal bytes lie there once. The first program keeps its plan; what a later
 * one packs in another way comes behind.
 */
public final class SharedWeights {
    private Optional<PlannedProgram> first = Optional.empty();
    /** Where each weight lies, by its bytes. */
    private final Map<ByteBuffer, Entry> entries = new HashMap<>();

    private long bytes;

    /** @param bytes the memory of the first program that has them, so that later copies can be freed */
    private record Entry(ByteBuffer bytes, int offset) {}

    /**
     * The program with its weights where they lie in the common file. Its {@code weightBytes} are those of the file so far.
     *
     * @throws SelvedgeException BAD_MODEL when the file would have 2 GiB or more
     */
    public PlannedProgram add(PlannedProgram planned) {
        if (first.isEmpty()) {
            first = Optional.of(planned);
            return planned;
        }
        if (entries.isEmpty()) {
            enter(first.get());
        }
        Program program = planned.program();
        List<Program.Weight> weights = new ArrayList<>();
        List<Integer> offsets = new ArrayList<>();
        for (Program.Weight weight : program.weights()) {
            Entry entry = entries.computeIfAbsent(weight.bytes(), _ -> append(weight));
            weights.add(new Program.Weight(weight.name(), entry.bytes()));
            offsets.add(entry.offset());
        }
        return new PlannedProgram(
                new Program(
                        program.name(),
                        program.buffers(),
                        weights,
                        program.steps(),
                        program.inputs(),
                        program.outputs()),
                planned.offsets(),
                planned.arenaBytes(),
                offsets,
                (int) bytes,
                planned.preparedOffsets(),
                planned.preparedBytes());
    }

    /** Only when there is a second program: one alone needs no look at all of its bytes. */
    private void enter(PlannedProgram planned) {
        for (int i = 0; i < planned.weightOffsets().size(); i++) {
            ByteBuffer own = planned.program().weights().get(i).bytes();
            entries.putIfAbsent(own, new Entry(own, planned.weightOffsets().get(i)));
        }
        bytes = planned.weightBytes();
    }

    private Entry append(Program.Weight weight) {
        Entry entry = new Entry(weight.bytes(), (int) bytes);
        bytes = MemoryPlanner.align(bytes + weight.byteCount());
        if (bytes > Integer.MAX_VALUE) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    "the bindings together need " + bytes
                            + " bytes of weights, which must stay below 2 GiB; give --dim fewer values");
        }
        return entry;
    }
}
