package io.selvedge.train.explore;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.deploy.ProgressListener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Trainings side by side, each on a thread of its own: two small networks on two cores take less time than one after the other on
 * both.
 *
 * @param name for people: {@code train, round 1 of 3}
 * @param steps of each training
 * @param workers trainings at once
 * @param isOver asked before each but the first ones: whether it begins
 */
record Round(String name, int steps, int workers, BooleanSupplier isOver) {
    /** What came of it: the trials that were trained or had been before, and those that went no further. */
    record Outcome(List<Trial> further, List<Trial> left) {}

    Outcome run(List<Trial> trials, Forms forms, ProgressListener progress) {
        AtomicLong done = new AtomicLong();
        long all = (long) steps * trials.size();
        // Those that find the rates of the others begin.
        Set<Recipe> searching =
                forms.rates().assign(trials.stream().map(Trial::recipe).toList());
        List<Future<Trial>> futures = new ArrayList<>();
        List<Trial> order = new ArrayList<>(trials);
        order.sort(Comparator.comparing(trial -> !searching.contains(trial.recipe())));
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            for (Trial trial : order) {
                boolean first = futures.isEmpty();
                futures.add(pool.submit(() -> first || !isOver.getAsBoolean()
                        ? trained(trial, forms, step -> report(progress, done.addAndGet(step), all))
                        : late(trial, forms)));
            }
            return outcome(futures);
        }
    }

    /** The listener has one line, and is not made for two at once. */
    private synchronized void report(ProgressListener progress, long done, long all) {
        progress.progress(name, done, all);
    }

    private Trial trained(Trial trial, Forms forms, java.util.function.LongConsumer more) {
        try {
            long[] told = {0};
            return forms.trained(trial, steps, step -> {
                if (step > told[0]) {
                    more.accept(step - told[0]);
                    told[0] = step;
                }
            });
        } catch (SelvedgeException e) {
            if (e.code() == ErrorCode.NAN_LOSS) {
                return trial.leftFor("its loss became no number");
            }
            throw e;
        } finally {
            forms.rates().found(trial.recipe(), OptionalDouble.empty());
        }
    }

    /** When the time is over, what lost more or costs more stays as it is, and what was never trained is left. */
    private static Trial late(Trial trial, Forms forms) {
        forms.rates().found(trial.recipe(), OptionalDouble.empty());
        return trial.steps() > 0 ? trial : trial.leftFor("there was no time left to train it");
    }

    private static Outcome outcome(List<Future<Trial>> futures) {
        List<Trial> further = new ArrayList<>();
        List<Trial> left = new ArrayList<>();
        Optional<RuntimeException> failed = Optional.empty();
        for (Future<Trial> future : futures) {
            try {
                Trial trial = future.get();
                (trial.left().isEmpty() ? further : left).add(trial);
            } catch (InterruptedException e) {
                futures.forEach(each -> each.cancel(true));
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted");
            } catch (ExecutionException e) {
                // What has not begun does not begin; what runs ends by itself.
                futures.forEach(each -> each.cancel(false));
                failed = failed.or(() -> Optional.of(
                        e.getCause() instanceof RuntimeException cause
                                ? cause
                                : new IllegalStateException(e.getCause())));
            } catch (CancellationException e) {
                failed = failed.or(() -> Optional.of(e));
            }
        }
        if (failed.isPresent()) {
            throw failed.get();
        }
        return new Outcome(further, left);
    }
}
