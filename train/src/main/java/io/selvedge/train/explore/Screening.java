package io.selvedge.train.explore;

import io.selvedge.compress.deploy.Budgets;
import io.selvedge.compress.deploy.SideBySide.Finding;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What an untrained form tells already: how fast, how large. Training does not change that, so that what breaks such a budget is not
 * trained, nor what is not better than plain int8 on any axis.
 *
 * @param int8 the plain int8 form
 */
record Screening(Finding int8, Budgets budgets) {
    /** Two measurements of the same code differ by as much. */
    private static final double ALIKE = 0.98;

    /** Why the form is left, if it is: it breaks a budget or is no better. */
    Optional<String> against(Finding form) {
        return overBudget(form).or(() -> noBetter(form));
    }

    /** Which budget the form breaks, if one. */
    Optional<String> overBudget(Finding form) {
        if (budgets.maxLatencyMicros().isPresent()
                && form.microsP50().orElse(0) > budgets.maxLatencyMicros().getAsDouble()) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%.1f us are over --max-latency-us",
                    form.microsP50().getAsDouble()));
        }
        if (budgets.maxArenaBytes().isPresent()
                && form.arenaBytes() > budgets.maxArenaBytes().getAsLong()) {
            return Optional.of(String.format(Locale.ROOT, "%,d bytes are over --max-arena-bytes", form.arenaBytes()));
        }
        if (budgets.maxBundleBytes().isPresent()
                && form.bundleBytes() > budgets.maxBundleBytes().getAsLong()) {
            return Optional.of(String.format(Locale.ROOT, "%,d bytes are over --max-bundle-bytes", form.bundleBytes()));
        }
        return Optional.empty();
    }

    private Optional<String> noBetter(Finding form) {
        boolean faster = micros(form).orElse(1) < ALIKE * micros(int8).orElse(1);
        boolean smaller = form.bundleBytes() < ALIKE * int8.bundleBytes() || form.arenaBytes() < int8.arenaBytes();
        return faster || smaller ? Optional.empty() : Optional.of("not better than int8 on any axis");
    }

    /** What the form costs, as a share of plain int8's: bytes where these are limited, else time. */
    double cost(Finding form) {
        if (budgets.maxBundleBytes().isPresent() || micros(form).isEmpty()) {
            return (double) form.bundleBytes() / int8.bundleBytes();
        }
        return micros(form).getAsDouble() / micros(int8).orElse(1);
    }

    private static OptionalDouble micros(Finding finding) {
        return finding.microsP50();
    }
}
