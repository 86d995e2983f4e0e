package io.selvedge.compress.tune;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Times the forms of a program's kernels and keeps those that are clearly faster than what the cost model takes. What was timed
 * once on this CPU is known from then on, so that equal layers, candidates and runs choose alike.
 */
public final class Tuner {
    /** A form must take less than this of the time of the cost model's. */
    private static final double FASTER = 0.97;

    private final TuningCache cache;
    private final Function<Trial, PassTimer> timers;
    private final Target target;
    private final int mostSteps;

    /**
     * A tuner for one target.
     *
     * @param timers opens what runs a trial
     * @param mostSteps to compile beside a program's own: what is beyond is left to the next run
     */
    public Tuner(TuningCache cache, Function<Trial, PassTimer> timers, Target target, int mostSteps) {
        this.cache = cache;
        this.timers = timers;
        this.target = target;
        this.mostSteps = mostSteps;
    }

    /** What is known about the layers of {@code program}, after those that were not known have been timed. */
    public TunedForms tune(Program program) {
        TunedForms known = cache.read();
        Trial trial = Trial.of(Compiler.plan(known.algorithms(program)), target, known, mostSteps);
        if (trial.timed().isEmpty()) {
            return known;
        }
        Map<String, Choice> found;
        try (PassTimer timer = timers.apply(trial)) {
            found = chosen(trial, timer);
        }
        cache.add(found);
        return known.with(found);
    }

    private static Map<String, Choice> chosen(Trial trial, PassTimer timer) {
        List<Trial.Place> places = trial.places();
        int count =
                places.stream().mapToInt(place -> place.steps().size()).max().orElse(1);
        List<int[]> passes = new ArrayList<>();
        for (int pass = 0; pass < count; pass++) {
            int[] of = new int[places.size()];
            for (int i = 0; i < of.length; i++) {
                of[i] = pass % places.get(i).steps().size();
            }
            passes.add(trial.pass(of));
        }
        PassTimer.Times times = timer.time(passes);
        int[] best = new int[places.size()];
        Map<String, Choice> choices = new TreeMap<>();
        for (int place : trial.timed()) {
            best[place] = best(times, place, places.get(place).steps().size());
            choices.put(
                    places.get(place).layer(),
                    new Choice(
                            places.get(place).texts().get(best[place]),
                            places.get(place).texts().getFirst(),
                            times.micros(best[place], place),
                            times.micros(0, place)));
        }
        boolean changes = choices.values().stream().anyMatch(Choice::changes);
        if (changes && !fasterTogether(trial, best, timer)) {
            choices.replaceAll((_, choice) -> choice.kept());
        }
        return choices;
    }

    /** Position of the fastest form, the first unless another one beats it in both halves of the measurement. */
    private static int best(PassTimer.Times times, int place, int count) {
        int best = 0;
        for (int k = 1; k < count; k++) {
            if (times.faster(k, 0, place, FASTER) && times.micros(k, place) < times.micros(best, place)) {
                best = k;
            }
        }
        return best;
    }

    /** Whether the model gains by all choices together: what one layer gains another may lose. */
    private static boolean fasterTogether(Trial trial, int[] best, PassTimer timer) {
        List<int[]> passes = List.of(trial.pass(new int[best.length]), trial.pass(best));
        return timer.time(passes).fasterPass(1, 0, 1);
    }
}
