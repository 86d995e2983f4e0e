package io.selvedge.compress.deploy;

import io.selvedge.compress.deploy.Outcome.Budget;
import io.selvedge.compress.deploy.Outcome.Shortfall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Picks the fastest candidate that keeps every budget, and says of each why it was or was not chosen. */
final class Choice {
    private Choice() {}

    /** What decides: {@code choiceDrop} is measured on the half that is not reported. */
    record Entry(Build build, OptionalDouble choiceDrop, double micros) {
        List<Shortfall> shortfalls(Budgets budgets) {
            List<Shortfall> broken = new ArrayList<>();
            budgets.maxDrop().ifPresent(max -> choiceDrop.ifPresent(drop -> add(broken, Budget.DROP, max, drop)));
            budgets.maxLatencyMicros().ifPresent(max -> add(broken, Budget.LATENCY, max, micros));
            budgets.maxArenaBytes()
                    .ifPresent(max -> add(broken, Budget.ARENA, (double) max, (double)
                            build.compilation().planned().arenaBytes()));
            budgets.maxBundleBytes()
                    .ifPresent(max -> add(broken, Budget.BUNDLE, (double) max, (double) build.bundleBytes()));
            return broken;
        }

        private static void add(List<Shortfall> broken, Budget budget, double allowed, double needed) {
            if (needed > allowed) {
                broken.add(new Shortfall(budget, allowed, needed));
            }
        }
    }

    static Outcome of(List<Entry> entries, Budgets budgets) {
        List<Entry> fitting = entries.stream()
                .filter(entry -> entry.shortfalls(budgets).isEmpty())
                .sorted(Comparator.comparingDouble(Entry::micros)
                        .thenComparingLong(entry -> entry.build().bundleBytes()))
                .toList();
        if (fitting.isEmpty()) {
            Entry nearest = entries.stream()
                    .min(Comparator.comparingDouble(entry -> excess(entry.shortfalls(budgets))))
                    .orElseThrow();
            return new Outcome.NothingFits(nearest.build().name(), nearest.shortfalls(budgets));
        }
        String why = fitting.size() == entries.size()
                ? entries.size() == 1
                        ? "it is the only candidate"
                        : "it is the fastest of " + entries.size() + " candidates"
                                + (budgets.isEmpty() ? "" : ", all within the budget")
                : "it is the fastest of " + fitting.size() + " that keep every budget (" + entries.size() + " built)";
        return new Outcome.Chosen(fitting.getFirst().build().name(), why);
    }

    /** How far budgets are broken, as a sum of shares; a broken zero budget counts its whole amount. */
    private static double excess(List<Shortfall> shortfalls) {
        return shortfalls.stream()
                .mapToDouble(s -> s.allowed() > 0 ? s.needed() / s.allowed() - 1 : 1 + s.needed())
                .sum();
    }

    static String reason(Entry entry, List<Entry> entries, Outcome outcome, Budgets budgets) {
        List<Shortfall> broken = entry.shortfalls(budgets);
        if (!broken.isEmpty()) {
            Shortfall worst = broken.getFirst();
            return String.format(
                    Locale.ROOT,
                    "%s %s is over %s %s",
                    worst.budget().name().toLowerCase(Locale.ROOT),
                    number(worst.needed()),
                    worst.budget().option(),
                    number(worst.allowed()));
        }
        if (outcome instanceof Outcome.Chosen chosen) {
            if (chosen.candidate().equals(entry.build().name())) {
                return chosen.why().replaceFirst("^it is ", "");
            }
            Entry winner = entries.stream()
                    .filter(e -> e.build().name().equals(chosen.candidate()))
                    .findFirst()
                    .orElseThrow();
            return String.format(
                    Locale.ROOT, "%.2f× the time of %s", entry.micros() / winner.micros(), chosen.candidate());
        }
        return "keeps every budget";
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }
}
