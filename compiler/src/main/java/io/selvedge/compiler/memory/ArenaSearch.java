package io.selvedge.compiler.memory;

import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.PlannedProgram;
import io.selvedge.compiler.program.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Forms of a program that need less arena and give the same bits: steps in another order with results over residuals, which costs
 * nothing, then parts run in bands of rows, which compute some rows twice. Looks no further than the budget asks.
 */
public final class ArenaSearch {
    private static final int[] BANDS = {2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32};
    private static final int LONGEST_PART = 40;
    private static final int MOST_PLANS = 1500;
    private static final int MOST_PARTS = 4;

    private int plans;

    private ArenaSearch() {}

    /** What was done to a program. */
    public enum Form {
        /** Another order, results over residuals. */
        REORDERED,
        /** The same, and parts run in bands of rows. */
        BANDED
    }

    /**
     * The program in a form.
     *
     * @param how in a few words: {@code steps 0 to 7 in 4 bands of rows}
     */
    public record Planned(PlannedProgram plan, String how) {}

    /** The program in this form; empty when it would need no less than it does anyway.
     *
     * @param budget bytes of arena that will do
     */
    public static Optional<Planned> find(Program program, Form form, long budget) {
        PlannedProgram plain = MemoryPlanner.plan(program);
        Planned reordered = reordered(program);
        Planned found = switch (form) {
            case REORDERED -> reordered;
            case BANDED -> new ArenaSearch().banded(reordered, budget);
        };
        int least = form == Form.REORDERED
                ? plain.arenaBytes()
                : Math.min(plain.arenaBytes(), reordered.plan().arenaBytes());
        return found.plan().arenaBytes() < least ? Optional.of(found) : Optional.empty();
    }

    private static Planned reordered(Program program) {
        PlannedProgram best = MemoryPlanner.plan(program);
        String how = "";
        Program aligned = ResidualLayouts.aligned(program);
        Program ordered = StepOrder.improved(program);
        Program both = StepOrder.improved(aligned);
        for (Candidate candidate : List.of(
                new Candidate(ordered, false, "steps in another order"),
                new Candidate(program, true, "results over residuals"),
                new Candidate(aligned, true, "results over residuals"),
                new Candidate(both, true, "results over residuals, steps in another order"))) {
            PlannedProgram plan = MemoryPlanner.plan(candidate.program, candidate.residuals);
            if (plan.arenaBytes() < best.arenaBytes()) {
                best = plan;
                how = candidate.how;
            }
        }
        return new Planned(best, how);
    }

    private record Candidate(Program program, boolean residuals, String how) {}

    /** A part in bands: what it computes twice, and what the arena then is. */
    private record Trial(PlannedProgram plan, long macs, String how) {}

    private Planned banded(Planned from, long budget) {
        Planned best = from;
        for (int part = 0; part < MOST_PARTS && best.plan().arenaBytes() > budget; part++) {
            Optional<Trial> trial = bestPart(best.plan(), budget);
            if (trial.isEmpty()) {
                break;
            }
            String how = best.how().isEmpty()
                    ? trial.get().how()
                    : best.how() + ", " + trial.get().how();
            best = new Planned(trial.get().plan(), how);
        }
        return best;
    }

    /** The part around the fullest step that fits the budget with the fewest multiplications, else the one that needs least. */
    private Optional<Trial> bestPart(PlannedProgram planned, long budget) {
        Program program = planned.program();
        int fullest = fullest(program);
        Optional<Trial> fitting = Optional.empty();
        Optional<Trial> smallest = Optional.empty();
        for (int length = 2; length <= LONGEST_PART; length++) {
            for (int first = Math.max(0, fullest - length + 1); first <= fullest; first++) {
                int end = first + length;
                Optional<RowBands> part =
                        end > program.steps().size() ? Optional.empty() : RowBands.of(program, first, end);
                for (int bands : BANDS) {
                    if (part.isEmpty() || bands > part.get().rows() / 2 || plans >= MOST_PLANS) {
                        break;
                    }
                    Trial trial = trial(program, part.get(), bands, first, end);
                    if (trial.plan.arenaBytes() <= budget) {
                        if (fitting.isEmpty() || trial.macs < fitting.get().macs) {
                            fitting = Optional.of(trial);
                        }
                        break;
                    }
                    if (trial.plan.arenaBytes()
                            < smallest.map(s -> s.plan.arenaBytes()).orElse(planned.arenaBytes())) {
                        smallest = Optional.of(trial);
                    }
                }
            }
        }
        return fitting.isPresent() ? fitting : smallest;
    }

    private Trial trial(Program program, RowBands part, int bands, int first, int end) {
        plans++;
        Program banded = part.in(bands);
        PlannedProgram plan = MemoryPlanner.plan(banded, true);
        long macs = banded.steps().stream().mapToLong(Program.Step::macs).sum();
        String how = "steps " + first + " to " + (end - 1) + " in " + bands + " bands of rows";
        return new Trial(plan, macs, how);
    }

    /** The step while which most bytes are alive. */
    private static int fullest(Program program) {
        List<MemoryPlanner.Lifetime> lifetimes = MemoryPlanner.lifetimes(program);
        List<Long> alive = new ArrayList<>();
        for (int step = 0; step < program.steps().size(); step++) {
            long bytes = 0;
            for (Buffer buffer : program.buffers()) {
                MemoryPlanner.Lifetime life = lifetimes.get(buffer.id());
                bytes += buffer.place() == Buffer.Place.ARENA && life.firstStep() <= step && step <= life.lastStep()
                        ? buffer.bytes()
                        : 0;
            }
            alive.add(bytes);
        }
        int fullest = 0;
        for (int step = 1; step < alive.size(); step++) {
            fullest = alive.get(step) > alive.get(fullest) ? step : fullest;
        }
        return fullest;
    }
}
