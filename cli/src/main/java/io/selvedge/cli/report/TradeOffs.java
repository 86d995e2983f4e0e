package io.selvedge.cli.report;

import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** The two scatter charts: what accuracy costs in time and in bytes. */
record TradeOffs(DeployResult result) {
    /** Empty when fewer than one candidate has both an accuracy and a latency. */
    Optional<String> againstLatency() {
        List<Candidate> shown = result.candidates().stream()
                .filter(c -> c.accuracy().isPresent() && c.latencyMicrosP50().isPresent())
                .toList();
        return shown.isEmpty()
                ? Optional.empty()
                : Optional.of(chart(
                        shown,
                        "latency p50, µs",
                        c -> c.latencyMicrosP50().getAsDouble(),
                        result.budgets().maxLatencyMicros(),
                        10));
    }

    /** Empty when no candidate has an accuracy. */
    Optional<String> againstBytes() {
        List<Candidate> shown = result.candidates().stream()
                .filter(c -> c.accuracy().isPresent())
                .toList();
        OptionalDouble limit = result.budgets().maxBundleBytes().isPresent()
                ? OptionalDouble.of((double) result.budgets().maxBundleBytes().getAsLong())
                : OptionalDouble.empty();
        return shown.isEmpty()
                ? Optional.empty()
                : Optional.of(chart(shown, "bundle", c -> (double) c.bundleBytes(), limit, 2));
    }

    private String chart(
            List<Candidate> shown, String xTitle, ToDoubleFunction<Candidate> x, OptionalDouble xLimit, double xBase) {
        boolean error = Quantity.isError(result.metric());
        return new ScatterChart(
                        xTitle,
                        MetricTitle.of(result.metric()),
                        shown.stream().map(c -> point(c, x.applyAsDouble(c))).toList(),
                        xLimit,
                        yLimit(shown),
                        error,
                        xBase,
                        value -> xBase == 2 ? Quantity.bytes((long) value) : Quantity.plain(value),
                        value -> error
                                ? String.format(Locale.ROOT, "%.3g", value)
                                : String.format(Locale.ROOT, "%.2f %%", value * 100)
                                        .replace(".00 %", " %"))
                .svg();
    }

    private ScatterChart.Point point(Candidate c, double x) {
        double y = c.accuracy().getAsDouble();
        double low = y;
        double high = y;
        if (!Quantity.isError(result.metric())
                && c.drop().isPresent()
                && c.dropLow().isPresent()
                && c.dropHigh().isPresent()) {
            low = y - (c.dropHigh().getAsDouble() - c.drop().getAsDouble()) / 100;
            high = y + (c.drop().getAsDouble() - c.dropLow().getAsDouble()) / 100;
        }
        String tip = c.name() + "\n" + Quantity.score(result.metric(), c.accuracy()) + ", drop "
                + Quantity.dropWithInterval(c.drop(), c.dropLow(), c.dropHigh()) + "\n"
                + Quantity.latency(c.latencyMicrosP50()) + ", " + Quantity.bytes(c.bundleBytes()) + " bundle";
        return new ScatterChart.Point(
                c.name(),
                x,
                y,
                low,
                high,
                c.dtype().text(),
                c.name().equals(result.outcome().candidate()),
                tip);
    }

    /** The accuracy that the drop's budget allows. */
    private OptionalDouble yLimit(List<Candidate> shown) {
        if (result.budgets().maxDrop().isEmpty()) {
            return OptionalDouble.empty();
        }
        double drop = result.budgets().maxDrop().getAsDouble() / 100;
        Optional<Candidate> original =
                shown.stream().filter(c -> c.dtype() == Candidate.Dtype.FP32).findFirst();
        return original.map(c -> c.accuracy().getAsDouble())
                .map(y -> OptionalDouble.of(Quantity.isError(result.metric()) ? y * (1 + drop) : y - drop))
                .orElse(OptionalDouble.empty());
    }
}
