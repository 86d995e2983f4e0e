package io.selvedge.cli.report;

import com.samskivert.mustache.Mustache;
import io.selvedge.compiler.program.StepCost;
import io.selvedge.compress.deploy.Machine;
import io.selvedge.compress.profile.Peaks;
import io.selvedge.compress.profile.Profile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** A profile as one page with its style, script and drawing inside; it loads nothing. */
public final class ProfilePage {
    private static final int NAME_LENGTH = 46;

    private final Profile profile;
    private final Machine machine;

    private ProfilePage(Profile profile, Machine machine) {
        this.profile = profile;
        this.machine = machine;
    }

    /** The page's text; the same profile gives the same text. */
    public static String text(Profile profile, Machine machine) {
        return Mustache.compiler()
                .escapeHTML(true)
                .defaultValue("")
                .emptyStringIsFalse(true)
                .compile(ReportPage.resource("profile.mustache"))
                .execute(new ProfilePage(profile, machine).context());
    }

    private Map<String, Object> context() {
        Map<String, Object> context = new HashMap<>();
        context.put("style", ReportPage.resource("report.css"));
        context.put("script", ReportPage.resource("report.js"));
        context.put("model", profile.model());
        context.put("binding", profile.binding());
        context.put("target", profile.peaks().target());
        context.put("headline", headline());
        context.put("explanation", explanation());
        context.put("cards", cards());
        RooflineChart roofline = new RooflineChart(profile);
        context.put("hasRoofline", !roofline.isEmpty());
        if (!roofline.isEmpty()) {
            context.put("roofline", roofline.svg());
        }
        context.put("level", profile.level().name());
        context.put("rows", rows());
        context.put("facts", facts());
        return context;
    }

    private String headline() {
        return String.format(
                Locale.ROOT,
                "%s, %.0f %% of what the core's arithmetic can do",
                Quantity.latency(OptionalDouble.of(profile.wholeMicros())),
                100 * profile.shareOfPeak());
    }

    private String explanation() {
        List<Profile.Layer> slowest = profile.layers().stream()
                .sorted(Comparator.comparingDouble(Profile.Layer::micros).reversed())
                .toList();
        int count = 0;
        double covered = 0;
        while (covered < profile.sumMicros() / 2) {
            covered += slowest.get(count++).micros();
        }
        return String.format(
                Locale.ROOT,
                "Half of the time goes into %d of %d layers; the longest is %s. Layers one by one take %s together.",
                count,
                slowest.size(),
                slowest.getFirst().name(),
                Quantity.latency(OptionalDouble.of(profile.sumMicros())));
    }

    private List<Map<String, String>> cards() {
        double gigaOps = profile.operations() / profile.wholeMicros() / 1e3;
        return List.of(
                card("one inference", Quantity.micros(profile.wholeMicros()), "µs", "one thread, median"),
                card(
                        "speed",
                        number(gigaOps),
                        "Gop/s",
                        Quantity.exact(profile.operations() / 1_000_000) + " million operations"),
                card("share of peak", number(100 * profile.shareOfPeak()), "%", "of the multiplications done"),
                card(
                        "moved at least",
                        Quantity.bytes(profile.bytes()),
                        "",
                        "all of the net lies in " + profile.level().name()));
    }

    private static Map<String, String> card(String title, String value, String unit, String note) {
        return Map.of("title", title, "value", value, "unit", unit, "note", note);
    }

    private List<Map<String, Object>> rows() {
        double longest = profile.layers().stream()
                .mapToDouble(Profile.Layer::micros)
                .max()
                .orElse(1);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < profile.layers().size(); i++) {
            Profile.Layer layer = profile.layers().get(i);
            boolean multiplies = layer.cost().macs() > 0;
            OptionalDouble peak = profile.shareOfPeak(layer);
            Map<String, Object> row = new HashMap<>();
            row.put("index", i);
            row.put("order", Svg.number(layer.micros() * 100));
            row.put("name", NodeName.tail(layer.name(), NAME_LENGTH));
            row.put("kernel", layer.cost().kernel());
            row.put("tile", layer.tile());
            row.put("tone", layer.cost().arithmetic().name().toLowerCase(Locale.ROOT));
            row.put("width", String.format(Locale.ROOT, "%.1f", 100 * layer.micros() / longest));
            row.put("micros", Quantity.micros(layer.micros()));
            row.put("gigaOps", multiplies ? number(layer.gigaOps()) : "");
            row.put("peak", peak.isPresent() ? number(100 * peak.getAsDouble()) : "");
            row.put("bytes", Quantity.exact(layer.cost().bytes()));
            row.put("intensity", multiplies ? number(layer.intensity()) : "");
            row.put("bandwidth", number(100 * profile.shareOfBandwidth(layer)));
            row.put("tip", tip(profile, layer));
            rows.add(row);
        }
        return rows;
    }

    /** All about a layer, a line each. */
    static String tip(Profile profile, Profile.Layer layer) {
        StepCost cost = layer.cost();
        StringBuilder tip = new StringBuilder(layer.name())
                .append('\n')
                .append(cost.kernel())
                .append(layer.tile().isEmpty() ? "" : ", tile " + layer.tile());
        tip.append(String.format(
                Locale.ROOT,
                "%n%s (%.1f %%)",
                Quantity.latency(OptionalDouble.of(layer.micros())),
                100 * layer.micros() / profile.sumMicros()));
        if (cost.macs() > 0) {
            tip.append(String.format(
                    Locale.ROOT, "%n%s Gop/s, %s op/byte", number(layer.gigaOps()), number(layer.intensity())));
        }
        profile.shareOfPeak(layer)
                .ifPresent(share -> tip.append(String.format(Locale.ROOT, "%n%s %% of peak", number(100 * share))));
        if (cost.executedMacs() < cost.macs()) {
            tip.append(String.format(
                    Locale.ROOT,
                    ", which is about the %.0f %% of the multiplications that are done",
                    100.0 * cost.executedMacs() / cost.macs()));
        }
        return tip.append(String.format(
                        Locale.ROOT,
                        "%n%s read, %s weights, %s written%n%s GB/s, %s %% of %s",
                        Quantity.bytes(cost.readBytes()),
                        Quantity.bytes(cost.weightBytes()),
                        Quantity.bytes(cost.writtenBytes()),
                        number(layer.gigabytesPerSecond()),
                        number(100 * profile.shareOfBandwidth(layer)),
                        profile.level().name()))
                .toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 9.95 ? "%.1f" : "%,.0f", value);
    }

    private List<Map<String, String>> facts() {
        Peaks peaks = profile.peaks();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("target", peaks.target());
        facts.put(
                "arithmetic",
                String.format(Locale.ROOT, "fp32 %.1f, int8 %.1f Gop/s at most", peaks.fp32(), peaks.int8()));
        peaks.levels()
                .forEach(level -> facts.put(
                        level.name(),
                        String.format(Locale.ROOT, "%.1f GB/s", level.gigabytesPerSecond())
                                + (level.bytes() == Long.MAX_VALUE ? "" : ", " + Quantity.bytes(level.bytes()))));
        facts.put("measured", peaks.measured());
        facts.put("rounds", Quantity.exact(profile.rounds()));
        facts.put("arena", Quantity.exact(profile.arenaBytes()) + " bytes");
        facts.put("machine", machine.cpu() + ", " + machine.cores() + " cores");
        facts.put("system", machine.os() + ", " + machine.jdk());
        return facts.entrySet().stream()
                .map(e -> Map.of("name", e.getKey(), "value", e.getValue()))
                .toList();
    }
}
