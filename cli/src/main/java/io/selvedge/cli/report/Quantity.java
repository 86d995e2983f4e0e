package io.selvedge.cli.report;

import io.selvedge.compress.deploy.DeployResult;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers as people read them, the same in tables and on the page. Absent ones are a dash. */
public final class Quantity {
    private static final String ABSENT = "–";

    private Quantity() {}

    /** {@code 98,204}. */
    public static String exact(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** {@code 95.9 KiB}. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes / 1024.0;
        for (String unit : new String[] {"KiB", "MiB", "GiB"}) {
            if (value < 1000) {
                return String.format(
                        Locale.ROOT, value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s", value, unit);
            }
            value /= 1024;
        }
        return String.format(Locale.ROOT, "%.1f TiB", value);
    }

    /** Three significant digits without a unit: {@code 58.1}, {@code 3.24}, {@code 12,400}. */
    public static String micros(OptionalDouble micros) {
        return micros.isPresent() ? micros(micros.getAsDouble()) : ABSENT;
    }

    /** As {@link #micros(OptionalDouble)}. */
    public static String micros(double micros) {
        return String.format(Locale.ROOT, micros < 10 ? "%.2f" : micros < 100 ? "%.1f" : "%,.0f", micros);
    }

    /** With its unit, in ms from ten thousand microseconds on. */
    public static String latency(OptionalDouble micros) {
        if (micros.isEmpty()) {
            return ABSENT;
        }
        double value = micros.getAsDouble();
        return value >= 10_000 ? micros(value / 1000) + " ms" : micros(value) + " µs";
    }

    /** Value of a metric: per cent, but for an error, which has no scale of its own. */
    public static String score(String metric, OptionalDouble value) {
        if (value.isEmpty()) {
            return ABSENT;
        }
        return isError(metric)
                ? String.format(Locale.ROOT, "%.4g", value.getAsDouble())
                : String.format(Locale.ROOT, "%.2f %%", value.getAsDouble() * 100);
    }

    /** Whether less is better. */
    public static boolean isError(String metric) {
        return metric.equals("mse");
    }

    /** Signed points, two decimals; {@code 0.00} has no sign. */
    public static String points(OptionalDouble points) {
        return points.isPresent() ? points(points.getAsDouble()) : ABSENT;
    }

    private static String points(double points) {
        String text = String.format(Locale.ROOT, "%.2f", points);
        return text.equals("-0.00") ? "0.00" : text.replace('-', '−');
    }

    /** {@code 0.08 [−0.05, 0.21]}; the bare number without an interval, or without doubt. */
    public static String dropWithInterval(OptionalDouble drop, OptionalDouble low, OptionalDouble high) {
        if (drop.isEmpty() || low.isEmpty() || high.isEmpty() || low.getAsDouble() == high.getAsDouble()) {
            return points(drop);
        }
        return points(drop) + " [" + points(low) + ", " + points(high) + "]";
    }

    /** {@code 2.6×}. */
    public static String ratio(double ratio) {
        return String.format(Locale.ROOT, ratio < 10 ? "%.2f×" : "%.1f×", ratio);
    }

    /** What the drop is counted in. */
    public static String dropUnit(DeployResult result) {
        return isError(result.metric()) ? "% of the original" : "points";
    }

    /** A budget's or shortfall's plain number: four digits that count, rounded up so that a budget of that number is kept. */
    public static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? exact((long) value)
                : new BigDecimal(value)
                        // Without the dust of binary fractions, which would be rounded up to a digit.
                        .round(new MathContext(12, RoundingMode.HALF_UP))
                        .round(new MathContext(4, RoundingMode.CEILING))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
