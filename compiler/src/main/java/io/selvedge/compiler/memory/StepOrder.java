package io.selvedge.compiler.memory;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Another order of a program's steps in which less memory is alive at once. Every step still finds what it found before, so results
 * are the same bits. The search keeps the best beginnings of every length (a beam), and is deterministic.
 */
final class StepOrder {
    private static final int BEAM = 48;

    private final Program program;
    /** Steps that must come before a step. */
    private final List<Set<Integer>> before = new ArrayList<>();

    private final List<Set<Integer>> touches = new ArrayList<>();
    /** How many steps touch a buffer. */
    private final int[] total;

    private StepOrder(Program program) {
        this.program = program;
        Map<Integer, List<Integer>> writers = new HashMap<>();
        Map<Integer, List<Integer>> readers = new HashMap<>();
        for (int step = 0; step < program.steps().size(); step++) {
            Kernel kernel = program.steps().get(step).kernel();
            Set<Integer> needed = new HashSet<>();
            for (int read : kernel.reads()) {
                needed.addAll(writers.getOrDefault(read, List.of()));
            }
            int written = kernel.writes();
            // Parts of one buffer keep their order: the first fills its border.
            needed.addAll(writers.getOrDefault(written, List.of()));
            needed.addAll(readers.getOrDefault(written, List.of()));
            needed.remove(step);
            before.add(needed);
            int self = step;
            kernel.reads()
                    .forEach(read -> readers.computeIfAbsent(read, _ -> new ArrayList<>())
                            .add(self));
            writers.computeIfAbsent(written, _ -> new ArrayList<>()).add(step);
            Set<Integer> touched = new HashSet<>(kernel.reads());
            touched.add(written);
            kernel.scratch().ifPresent(touched::add);
            touched.removeIf(id -> program.buffer(id).place() != Buffer.Place.ARENA);
            touches.add(touched);
        }
        total = new int[program.buffers().size()];
        touches.forEach(touched -> touched.forEach(id -> total[id]++));
    }

    /** The program in the best order found, which may be its own. */
    static Program improved(Program program) {
        List<Integer> order = new StepOrder(program).search();
        List<Program.Step> steps = order.stream().map(program.steps()::get).toList();
        return steps.equals(program.steps())
                ? program
                : new Program(
                        program.name(),
                        program.buffers(),
                        program.weights(),
                        steps,
                        program.inputs(),
                        program.outputs());
    }

    /**
     * A beginning of an order.
     *
     * @param uses how many steps are still to touch a buffer
     * @param area sum over steps of what was alive: among equal peaks the lower one leaves more room
     */
    private record Beginning(List<Integer> order, int[] uses, Set<Integer> done, long live, long peak, long area) {}

    private List<Integer> search() {
        List<Beginning> beam = List.of(new Beginning(List.of(), total, Set.of(), 0, 0, 0));
        for (int length = 0; length < program.steps().size(); length++) {
            Map<Set<Integer>, Beginning> best = new HashMap<>();
            for (Beginning beginning : beam) {
                for (int step = 0; step < program.steps().size(); step++) {
                    if (!beginning.done().contains(step) && beginning.done().containsAll(before.get(step))) {
                        Beginning next = with(beginning, step);
                        best.merge(next.done(), next, (a, b) -> BY_WORTH.compare(a, b) <= 0 ? a : b);
                    }
                }
            }
            beam = best.values().stream().sorted(BY_WORTH).limit(BEAM).toList();
        }
        return beam.getFirst().order();
    }

    private static final Comparator<Beginning> BY_WORTH = Comparator.comparingLong(Beginning::peak)
            .thenComparingLong(Beginning::live)
            .thenComparingLong(Beginning::area)
            .thenComparing(beginning -> beginning.order().toString());

    private Beginning with(Beginning from, int step) {
        int[] uses = from.uses().clone();
        long live = from.live();
        long freed = 0;
        for (int id : touches.get(step)) {
            boolean isNew = uses[id] == total[id];
            live += isNew ? program.buffer(id).bytes() : 0;
            freed += --uses[id] == 0 ? program.buffer(id).bytes() : 0;
        }
        List<Integer> order = new ArrayList<>(from.order());
        order.add(step);
        Set<Integer> done = new HashSet<>(from.done());
        done.add(step);
        return new Beginning(order, uses, done, live - freed, Math.max(from.peak(), live), from.area() + live);
    }
}
