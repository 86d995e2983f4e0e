package io.selvedge.cli.report;

import io.selvedge.compiler.program.StepCost.Arithmetic;
import io.selvedge.compress.profile.Peaks;
import io.selvedge.compress.profile.Profile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Layers under the limits of a core, both axes logarithmic: to the right operations per byte, upward operations per second. Flat
 * lines are limits of arithmetic, slanted ones of reading a cache or memory. A layer's area is its time.
 */
record RooflineChart(Profile profile) {
    private static final double WIDTH = 1040;
    private static final double HEIGHT = 520;
    private static final double LEFT = 62;
    private static final double RIGHT = 18;
    private static final double TOP = 26;
    private static final double BOTTOM = 46;
    private static final double LARGEST = 17;
    private static final double SMALLEST = 3.5;
    private static final int LABELLED = 6;

    String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT, "chart roofline", "operations per second against operations per byte");
        List<Profile.Layer> layers = shown();
        Axis x = decades(layers.stream().mapToDouble(Profile.Layer::intensity), LEFT, WIDTH - RIGHT, 0.35);
        Axis y = decades(
                DoubleStream.concat(layers.stream().mapToDouble(Profile.Layer::gigaOps), DoubleStream.of(highest())),
                HEIGHT - BOTTOM,
                TOP,
                0.16);
        for (double tick : ticks(x)) {
            double at = x.pixel(Math.log10(tick));
            svg.line(at, TOP, at, HEIGHT - BOTTOM, "grid");
            svg.text(at, HEIGHT - BOTTOM + 16, "middle", "tick", text(tick));
        }
        for (double tick : ticks(y)) {
            double at = y.pixel(Math.log10(tick));
            svg.line(LEFT, at, WIDTH - RIGHT, at, "grid");
            svg.text(LEFT - 7, at + 4, "end", "tick", text(tick));
        }
        svg.text(LEFT, 14, "start", "axis", "10⁹ operations per second");
        svg.text(WIDTH - RIGHT, HEIGHT - 8, "end", "axis", "operations per byte");
        profile.peaks().levels().forEach(level -> slope(svg, x, y, level));
        for (Arithmetic arithmetic : arithmetics()) {
            flat(svg, x, y, arithmetic);
        }
        layers.forEach(layer -> point(svg, x, y, layer));
        labels(svg, x, y, layers);
        return svg.end();
    }

    /** Whether there is a layer to draw. */
    boolean isEmpty() {
        return shown().isEmpty();
    }

    /** Layers that multiply, the longest first, so that short ones are drawn over them. */
    private List<Profile.Layer> shown() {
        return profile.layers().stream()
                .filter(layer -> layer.cost().macs() > 0 && layer.cost().arithmetic() != Arithmetic.OTHER)
                .sorted(Comparator.comparingDouble(Profile.Layer::micros).reversed())
                .toList();
    }

    private List<Arithmetic> arithmetics() {
        return shown().stream()
                .map(layer -> layer.cost().arithmetic())
                .distinct()
                .sorted()
                .toList();
    }

    private double highest() {
        return arithmetics().stream()
                .mapToDouble(arithmetic -> profile.peaks().of(arithmetic).orElse(0))
                .max()
                .orElse(1);
    }

    /** An axis over the logarithms of values, with room at both ends. */
    private static Axis decades(DoubleStream values, double pixelLow, double pixelHigh, double room) {
        double[] logs = values.map(Math::log10).sorted().toArray();
        return Axis.over(logs[0] - room, logs[logs.length - 1] + room, pixelLow, pixelHigh);
    }

    /** Powers of ten; on a short axis their double and their half too. */
    private static List<Double> ticks(Axis axis) {
        double[] factors = axis.high() - axis.low() < 3 ? new double[] {1, 2, 5} : new double[] {1};
        List<Double> ticks = new ArrayList<>();
        for (int power = (int) Math.floor(axis.low()); power <= axis.high(); power++) {
            for (double factor : factors) {
                double tick = factor * Math.pow(10, power);
                if (Math.log10(tick) >= axis.low() && Math.log10(tick) <= axis.high()) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static String text(double tick) {
        return tick >= 1 ? Quantity.exact(Math.round(tick)) : String.format(Locale.ROOT, "%.3g", tick);
    }

    /** Bandwidth times intensity, from the edge up to the highest limit of arithmetic. */
    private void slope(Svg svg, Axis x, Axis y, Peaks.Level level) {
        double bandwidth = Math.log10(level.gigabytesPerSecond());
        double from = Math.max(x.low(), y.low() - bandwidth);
        double to = Math.min(x.high(), Math.log10(highest()) - bandwidth);
        if (to <= from) {
            return;
        }
        boolean own = level.equals(profile.level());
        svg.line(
                x.pixel(from),
                y.pixel(from + bandwidth),
                x.pixel(to),
                y.pixel(to + bandwidth),
                own ? "roof own" : "roof");
        double degrees = Math.toDegrees(
                Math.atan2(y.pixel(to + bandwidth) - y.pixel(from + bandwidth), x.pixel(to) - x.pixel(from)));
        double at = from + (to - from) * 0.04;
        svg.turned(
                x.pixel(at) - 3,
                y.pixel(at + bandwidth) - 6,
                (int) Math.round(degrees),
                "start",
                own ? "roof-text own" : "roof-text",
                String.format(Locale.ROOT, "%s %.0f GB/s", level.name(), level.gigabytesPerSecond()));
    }

    private void flat(Svg svg, Axis x, Axis y, Arithmetic arithmetic) {
        double peak = profile.peaks().of(arithmetic).orElseThrow();
        String name = arithmetic.name().toLowerCase(Locale.ROOT);
        double at = y.pixel(Math.log10(peak));
        double nearest = profile.peaks().levels().getFirst().gigabytesPerSecond();
        svg.line(Math.max(LEFT, x.pixel(Math.log10(peak / nearest))), at, WIDTH - RIGHT, at, "roof flat " + name);
        svg.text(
                WIDTH - RIGHT - 4,
                at - 6,
                "end",
                "roof-text " + name,
                String.format(Locale.ROOT, "%s %.0f Gop/s", name, peak));
    }

    private double radius(Profile.Layer layer) {
        return Math.max(
                SMALLEST,
                LARGEST * Math.sqrt(layer.micros() / shown().getFirst().micros()));
    }

    private void point(Svg svg, Axis x, Axis y, Profile.Layer layer) {
        svg.circle(
                x.pixel(Math.log10(layer.intensity())),
                y.pixel(Math.log10(layer.gigaOps())),
                radius(layer),
                "dot layer " + layer.cost().arithmetic().name().toLowerCase(Locale.ROOT),
                ProfilePage.tip(profile, layer));
    }

    /** Names of the longest layers, where there is room for them. */
    private void labels(Svg svg, Axis x, Axis y, List<Profile.Layer> layers) {
        List<Box> taken = new ArrayList<>();
        for (Profile.Layer layer : layers) {
            double radius = radius(layer);
            double px = x.pixel(Math.log10(layer.intensity()));
            double py = y.pixel(Math.log10(layer.gigaOps()));
            taken.add(new Box(px - radius, py - radius, px + radius, py + radius));
        }
        for (int i = 0; i < Math.min(LABELLED, layers.size()); i++) {
            String name = NodeName.tail(layers.get(i).name().split(" \\+ ", -1)[0], 26);
            Box dot = taken.get(i);
            double width = name.length() * 6.8;
            double middle = (dot.left + dot.right) / 2;
            double centre = (dot.top + dot.bottom) / 2;
            Stream.of(
                            Box.around(dot.right + 5 + width / 2, centre, width),
                            Box.around(dot.left - 5 - width / 2, centre, width),
                            Box.around(middle, dot.bottom + 10, width),
                            Box.around(middle, dot.top - 9, width))
                    .filter(box -> box.right < WIDTH - RIGHT
                            && box.left > LEFT
                            && taken.stream().noneMatch(box::meets))
                    .findFirst()
                    .ifPresent(box -> {
                        taken.add(box);
                        svg.text(box.left, (box.top + box.bottom) / 2 + 4, "start", "label", name);
                    });
        }
    }

    /** Where something is drawn. */
    private record Box(double left, double top, double right, double bottom) {
        static Box around(double x, double y, double width) {
            return new Box(x - width / 2, y - 7, x + width / 2, y + 7);
        }

        boolean meets(Box that) {
            return left < that.right && that.left < right && top < that.bottom && that.top < bottom;
        }
    }
}
