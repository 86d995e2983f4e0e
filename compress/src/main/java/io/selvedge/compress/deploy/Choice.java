package io.selvedge.compress.deploy;

import io.selvedge.compress.deploy.Outcome.Budget;
import io.selvedge.compress.deploy.Outcome.Shortfall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

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
        return new Outcome.Chosen(fitting.getFirst().build().name(), why(fitting.size(), entries.size(), budgets));
    }

    private static String why(int fitting, int built, Budgets budgets) {
        if (built == 1) {
            return "it is the only candidate" + (budgets.isEmpty() ? "" : " and keeps every budget");
        }
        if (fitting == 1) {
            return "it alone of " + built + " candidates keeps every budget";
        }
        return fitting == built
                ? "it is the fastest of " + built + " candidates" + (budgets.isEmpty() ? "" : ", all within the budget")
                : "it is the fastest of the " + fitting + " that keep every budget (" + built + " were built)";
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
            return broken.stream().map(Choice::text).collect(Collectors.joining("; "));
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

    private static String text(Shortfall broken) {
        return broken.budget().name().toLowerCase(Locale.ROOT) + " " + number(broken.needed()) + " "
                + broken.budget().unit() + " is over " + broken.budget().option() + " " + number(broken.allowed());
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }
}
