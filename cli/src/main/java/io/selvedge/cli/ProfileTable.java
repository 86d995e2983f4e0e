package io.selvedge.cli;

import io.selvedge.cli.report.NodeName;
import io.selvedge.cli.report.Quantity;
import io.selvedge.compiler.program.StepCost;
import io.selvedge.compress.profile.Peaks;
import io.selvedge.compress.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** A profile on a terminal: the limits, the layers, the whole. */
record ProfileTable(Profile profile) {
    private static final int NAME_LENGTH = 40;

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        Peaks peaks = profile.peaks();
        lines.add(profile.model()
                + (profile.binding().isEmpty() ? "" : " with " + profile.binding())
                + " on " + peaks.target() + ", one thread, median of " + Quantity.exact(profile.rounds()) + " rounds");
        lines.add("Limits " + limits(peaks));
        lines.add("");
        lines.addAll(layers().lines());
        lines.add("");
        lines.add("A whole inference takes " + Quantity.latency(OptionalDouble.of(profile.wholeMicros()))
                + ", the layers one by one " + Quantity.latency(OptionalDouble.of(profile.sumMicros())) + "; "
                + share(profile.shareOfPeak()) + " of the time would do at the limit of this core's arithmetic.");
        if (profile.layers().stream().anyMatch(layer -> layer.cost().kernel().equals("Winograd"))) {
            lines.add(
                    "Winograd does a quarter of the multiplications that Gop/s counts; % peak is about those it does.");
        }
        return lines;
    }

    /** One line about what a core can do. */
    static String limits(Peaks peaks) {
        return String.format(
                Locale.ROOT,
                "of a core, measured %s: fp32 %.0f, int8 %.0f Gop/s; reading %s GB/s",
                peaks.measured(),
                peaks.fp32(),
                peaks.int8(),
                peaks.levels().stream()
                        .map(level -> String.format(Locale.ROOT, "%s %.0f", level.name(), level.gigabytesPerSecond()))
                        .collect(Collectors.joining(", ")));
    }

    private TextTable layers() {
        TextTable table = new TextTable()
                .right("")
                .left("layer")
                .left("kernel")
                .left("tile")
                .right("µs")
                .right("%")
                .right("Gop/s")
                .right("% peak")
                .right("bytes")
                .right("op/byte")
                .right("% " + profile.level().name());
        for (int i = 0; i < profile.layers().size(); i++) {
            Profile.Layer layer = profile.layers().get(i);
            boolean multiplies = layer.cost().macs() > 0;
            OptionalDouble peak = profile.shareOfPeak(layer);
            table.row(
                    Integer.toString(i),
                    NodeName.tail(layer.name(), NAME_LENGTH),
                    kernel(layer.cost()),
                    layer.tile(),
                    Quantity.micros(layer.micros()),
                    number(100 * layer.micros() / profile.sumMicros()),
                    multiplies ? number(layer.gigaOps()) : "",
                    peak.isPresent() ? number(100 * peak.getAsDouble()) : "",
                    Quantity.exact(layer.cost().bytes()),
                    multiplies ? number(layer.intensity()) : "",
                    number(100 * profile.shareOfBandwidth(layer)));
        }
        table.row(
                "",
                "all layers",
                "",
                "",
                Quantity.micros(profile.sumMicros()),
                "100",
                number(profile.operations() / profile.sumMicros() / 1e3),
                number(100 * profile.shareOfPeak() * profile.wholeMicros() / profile.sumMicros()),
                Quantity.exact(profile.bytes()),
                number((double) profile.operations() / Math.max(1, profile.bytes())),
                number(100
                        * profile.bytes()
                        / profile.sumMicros()
                        / 1e3
                        / profile.level().gigabytesPerSecond()));
        return table;
    }

    /** Name of a kernel with its arithmetic, where it does not tell. */
    private static String kernel(StepCost cost) {
        return cost.arithmetic() == StepCost.Arithmetic.OTHER
                ? cost.kernel()
                : cost.kernel() + " " + cost.arithmetic().name().toLowerCase(Locale.ROOT);
    }

    private static String share(double share) {
        return number(100 * share) + " %";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 9.95 ? "%.1f" : "%,.0f", value);
    }
}
