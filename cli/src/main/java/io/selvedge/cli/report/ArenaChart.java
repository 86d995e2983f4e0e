package io.selvedge.cli.report;

import io.selvedge.compress.deploy.ArenaMap;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The arena over time: one rectangle per buffer, steps to the right, addresses upward. */
record ArenaChart(ArenaMap arena) {
    private static final double HEIGHT = 490;
    private static final double LEFT = 72;
    private static final double RIGHT = 12;
    private static final double TOP = 14;
    private static final double BOTTOM = 122;
    private static final double NARROWEST_STEP = 16;
    private static final double NARROWEST = 1040;
    private static final int STEP_LENGTH = 19;
    private static final double LINE = 15;
    private static final int HUES = 8;

    String svg() {
        int steps = Math.max(1, arena.steps().size());
        double width = naturalWidth();
        Svg svg = new Svg(width, HEIGHT, "chart arena", "arena over time");
        Axis x = new Axis(0, steps, LEFT, width - RIGHT);
        Axis y = Axis.over(0, (double) Math.max(1, arena.arenaBytes()), HEIGHT - BOTTOM, TOP);
        for (double tick : y.ticks(5, 2)) {
            svg.line(LEFT, y.pixel(tick), width - RIGHT, y.pixel(tick), "grid");
            svg.text(LEFT - 7, y.pixel(tick) + 4, "end", "tick", Quantity.bytes((long) tick));
        }
        for (int step = 0; step < arena.steps().size(); step++) {
            svg.turned(x.pixel(step + 0.5) + 4, HEIGHT - BOTTOM + 12, -50, "end", "tick", stepName(step));
        }
        for (int i = 0; i < arena.spans().size(); i++) {
            buffer(svg, x, y, arena.spans().get(i), i % HUES);
        }
        int fullest = fullestStep();
        svg.rect(
                x.pixel(fullest),
                TOP,
                x.pixel(fullest + 1.0) - x.pixel(fullest),
                HEIGHT - BOTTOM - TOP,
                0,
                "fullest",
                "");
        svg.line(LEFT, TOP, width - RIGHT, TOP, "limit");
        return svg.end();
    }

    /** Width that the drawing wants, in pixels. */
    double naturalWidth() {
        return Math.max(NARROWEST, LEFT + RIGHT + Math.max(1, arena.steps().size()) * NARROWEST_STEP);
    }

    /** What fills the arena where it is fullest: that is what a smaller arena would have to do without. */
    String fullest() {
        int step = fullestStep();
        String buffers = arena.spans().stream()
                .filter(span -> span.firstStep() <= step && step <= span.lastStep())
                .sorted(Comparator.comparingLong(ArenaMap.Span::bytes).reversed())
                .map(span -> span.name() + " (" + Quantity.bytes(span.bytes()) + ")")
                .collect(Collectors.joining(", "));
        return "It is fullest at " + step(step) + ": " + buffers + ".";
    }

    private int fullestStep() {
        List<ArenaMap.Span> spans = arena.spans();
        return IntStream.range(0, Math.max(1, arena.steps().size()))
                .boxed()
                .max(Comparator.comparingLong(step -> spans.stream()
                        .filter(span -> span.firstStep() <= step && step <= span.lastStep())
                        .mapToLong(ArenaMap.Span::bytes)
                        .sum()))
                .orElse(0);
    }

    private void buffer(Svg svg, Axis x, Axis y, ArenaMap.Span span, int hue) {
        double left = x.pixel(span.firstStep()) + 0.75;
        double right = x.pixel(span.lastStep() + 1.0) - 0.75;
        double top = y.pixel((double) span.offset() + span.bytes()) + 0.5;
        double bottom = y.pixel((double) span.offset()) - 0.5;
        String tip = span.name() + "\n" + Quantity.exact(span.bytes()) + " bytes at " + Quantity.exact(span.offset())
                + "\n" + when(span);
        svg.rect(left, top, Math.max(1, right - left), Math.max(1, bottom - top), 2, "buffer hue" + hue, tip);
        int across = letters(right - left);
        int upward = letters(bottom - top);
        if (bottom - top >= LINE && across >= 4) {
            svg.text(left + 5, (top + bottom) / 2 + 4, "start", "in-buffer", NodeName.tail(span.name(), across));
        } else if (right - left >= LINE - 1 && upward >= 4) {
            String name = NodeName.tail(span.name(), upward);
            svg.turned((left + right) / 2 + 4, bottom - 5, -90, "start", "in-buffer", name);
        }
    }

    private static int letters(double pixels) {
        return (int) ((pixels - 8) / 6.6);
    }

    private String when(ArenaMap.Span span) {
        return span.firstStep() == span.lastStep()
                ? "step " + span.firstStep() + " (" + step(span.firstStep()) + ")"
                : "steps " + span.firstStep() + " (" + step(span.firstStep()) + ") to " + span.lastStep() + " ("
                        + step(span.lastStep()) + ")";
    }

    private String step(int index) {
        return index >= 0 && index < arena.steps().size() ? arena.steps().get(index) : "?";
    }

    /** The first node that a step computes names it well enough. */
    private String stepName(int step) {
        return NodeName.tail(arena.steps().get(step).split(" \\+ ", -1)[0], STEP_LENGTH);
    }
}
