package io.selvedge.compress.profile;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.deploy.ProgressListener;
import io.selvedge.compress.deploy.StepSheet;
import io.selvedge.runtime.Binding;
import io.selvedge.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Times every step of a session and the whole of it. A round runs the program step by step in its order, so that a step finds
 * the caches as in an inference, then all at once; medians over rounds are what a change of the machine's speed hits alike.
 */
public final class Profiler {
    private static final long WARM_NANOS = 200_000_000;
    private static final int LEAST_ROUNDS = 21;
    private static final int MOST_ROUNDS = 20_000;

    /** Less than a clock tells. */
    private static final double LEAST_MICROS = 1e-3;

    private final Session session;
    private final StepSheet sheet;
    private final ProgressListener progress;

    /**
     * A profiler of one session.
     *
     * @param session with inputs that the model can use
     */
    public Profiler(Session session, StepSheet sheet, ProgressListener progress) {
        this.session = session;
        this.sheet = sheet;
        this.progress = progress;
    }

    /**
     * Runs for about {@code nanos}.
     *
     * @throws SelvedgeException BAD_BUNDLE when the program has no steps
     */
    public Profile run(Peaks peaks, long nanos) {
        int steps = sheet.entries().size();
        if (steps == 0) {
            throw new SelvedgeException(
                    ErrorCode.BAD_BUNDLE,
                    session.model().name() + " computes nothing, so there is nothing to profile; check the model");
        }
        warm();
        // Behind the steps: one that does not exist, which costs what calling and timing do, and the whole.
        List<long[]> rounds = new ArrayList<>();
        long begin = System.nanoTime();
        while (rounds.size() < LEAST_ROUNDS || rounds.size() < MOST_ROUNDS && System.nanoTime() - begin < nanos) {
            rounds.add(round(steps));
            progress.progress(
                    "time the layers", Math.min(nanos, System.nanoTime() - begin) / 1_000_000, nanos / 1_000_000);
        }
        double call = median(rounds, steps);
        List<Profile.Layer> layers = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            StepSheet.Entry entry = sheet.entries().get(i);
            layers.add(new Profile.Layer(
                    entry.name(),
                    entry.cost(),
                    entry.tiles().getOrDefault(session.model().targetName(), ""),
                    Math.max(LEAST_MICROS, median(rounds, i) - call)));
        }
        Binding binding = session.binding();
        return new Profile(
                session.model().name(),
                session.model().bindings().size() == 1 ? "" : binding.text(),
                binding.arenaBytes(),
                peaks,
                Math.max(LEAST_MICROS, median(rounds, steps + 1) - call),
                rounds.size(),
                layers);
    }

    private void warm() {
        long begin = System.nanoTime();
        do {
            session.run();
        } while (System.nanoTime() - begin < WARM_NANOS);
    }

    private long[] round(int steps) {
        long[] nanos = new long[steps + 2];
        for (int step = 0; step <= steps; step++) {
            long start = System.nanoTime();
            session.profile(step);
            nanos[step] = System.nanoTime() - start;
        }
        long start = System.nanoTime();
        session.run();
        nanos[steps + 1] = System.nanoTime() - start;
        return nanos;
    }

    private static double median(List<long[]> rounds, int column) {
        long[] sorted = rounds.stream().mapToLong(round -> round[column]).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2] / 1e3;
    }
}
