package io.selvedge.compress.deploy;

import io.selvedge.compress.deploy.Outcome.Budget;
import io.selvedge.compress.deploy.Outcome.Shortfall;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * Picks the fastest candidate that keeps every budget, and says of each why it was or was not chosen. Of candidates that are as
 * fast within what two measurements differ by, the one with the smaller bundle wins; where nothing was measured, the smallest.
 */
final class Choice {
    /** Medians of the same code differ by about a per cent from run to run. */
    private static final double AS_FAST = 1.02;

    private Choice() {}

    /**
     * What decides.
     *
     * @param choiceDrop measured on the half that is not reported; empty without data
     * @param micros of one inference; empty when it was not measured, for every candidate alike
     */
    record Entry(String name, OptionalDouble choiceDrop, OptionalDouble micros, long arenaBytes, long bundleBytes) {
        List<Shortfall> shortfalls(Budgets budgets) {
            List<Shortfall> broken = new ArrayList<>();
            budgets.maxDrop().ifPresent(max -> choiceDrop.ifPresent(drop -> add(broken, Budget.DROP, max, drop)));
            budgets.maxLatencyMicros()
                    .ifPresent(max -> micros.ifPresent(measured -> add(broken, Budget.LATENCY, max, measured)));
            budgets.maxArenaBytes().ifPresent(max -> add(broken, Budget.ARENA, (double) max, (double) arenaBytes));
            budgets.maxBundleBytes().ifPresent(max -> add(broken, Budget.BUNDLE, (double) max, (double) bundleBytes));
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
                .toList();
        if (fitting.isEmpty()) {
            Entry nearest = entries.stream()
                    .min(Comparator.comparingDouble(entry -> excess(entry.shortfalls(budgets))))
                    .orElseThrow();
            return new Outcome.NothingFits(nearest.name(), nearest.shortfalls(budgets));
        }
        if (fitting.getFirst().micros().isEmpty()) {
            Entry smallest = fitting.stream()
                    .min(Comparator.comparingLong(Entry::bundleBytes))
                    .orElseThrow();
            String why = fitting.size() == 1
                    ? why(1, 1, entries.size(), budgets)
                    : "it has the smallest bundle " + among(fitting.size(), entries.size(), budgets)
                            + "; how fast they are was not measured";
            return new Outcome.Chosen(smallest.name(), why);
        }
        double fastest = fitting.stream()
                .mapToDouble(entry -> entry.micros().getAsDouble())
                .min()
                .orElseThrow();
        List<Entry> asFast = fitting.stream()
                .filter(entry -> entry.micros().getAsDouble() <= fastest * AS_FAST)
                .sorted(Comparator.comparingLong(Entry::bundleBytes)
                        .thenComparingDouble(entry -> entry.micros().getAsDouble()))
                .toList();
        return new Outcome.Chosen(
                asFast.getFirst().name(), why(asFast.size(), fitting.size(), entries.size(), budgets));
    }

    private static String why(int asFast, int fitting, int built, Budgets budgets) {
        if (built == 1) {
            return "it is the only candidate" + (budgets.isEmpty() ? "" : " and keeps every budget");
        }
        if (fitting == 1) {
            return "it alone of " + built + " candidates keeps every budget";
        }
        String among = among(fitting, built, budgets);
        return asFast == 1
                ? "it is the fastest " + among
                : "it has the smallest bundle of the " + asFast + " that are equally fast within 2 %, " + among;
    }

    private static String among(int fitting, int built, Budgets budgets) {
        return fitting == built
                ? "of " + built + " candidates" + (budgets.isEmpty() ? "" : ", all within the budget")
                : "of the " + fitting + " that keep every budget (" + built + " were built)";
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
        if (!(outcome instanceof Outcome.Chosen chosen)) {
            return "keeps every budget";
        }
        if (chosen.candidate().equals(entry.name())) {
            return chosen.why().replaceFirst("^it (is|has) ", "");
        }
        Entry winner = entries.stream()
                .filter(e -> e.name().equals(chosen.candidate()))
                .findFirst()
                .orElseThrow();
        if (entry.micros().isEmpty()) {
            return "a larger bundle than " + winner.name();
        }
        double ratio = entry.micros().getAsDouble() / winner.micros().getAsDouble();
        return ratio <= AS_FAST
                ? "as fast as " + winner.name()
                        + (entry.bundleBytes() > winner.bundleBytes()
                                ? ", but a larger bundle"
                                : " within 2 %, and as large")
                : String.format(Locale.ROOT, "%.2f× the time of %s", ratio, winner.name());
    }

    private static String text(Shortfall broken) {
        return broken.budget().name().toLowerCase(Locale.ROOT) + " " + number(broken.needed()) + " "
                + broken.budget().unit()
                + (broken.budget() == Budget.DROP ? " on the samples that choose" : "") + " is over "
                + broken.budget().option() + " " + number(broken.allowed());
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : new BigDecimal(value)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
