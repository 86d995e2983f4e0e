package io.selvedge.cli.report;

import io.selvedge.compress.deploy.ArenaMap;

/** The arena over time: one rectangle per buffer, steps to the right, addresses upward. */
record ArenaChart(ArenaMap arena) {
    private static final double HEIGHT = 380;
    private static final double LEFT = 62;
    private static final double RIGHT = 12;
    private static final double TOP = 14;
    private static final double BOTTOM = 40;
    private static final int HUES = 8;

    String svg() {
        int steps = Math.max(1, arena.steps().size());
        double width = Math.max(1040, Math.min(2400, LEFT + RIGHT + steps * 14.0));
        Svg svg = new Svg(width, HEIGHT, "chart arena", "arena over time");
        Axis x = new Axis(0, steps, LEFT, width - RIGHT);
        Axis y = Axis.over(0, (double) Math.max(1, arena.arenaBytes()), HEIGHT - BOTTOM, TOP);
        for (double tick : y.ticks(5, 2)) {
            svg.line(LEFT, y.pixel(tick), width - RIGHT, y.pixel(tick), "grid");
            svg.text(LEFT - 7, y.pixel(tick) + 4, "end", "tick", Quantity.bytes((long) tick));
        }
        for (double tick : x.ticks(10, 10)) {
            if (tick == Math.rint(tick) && tick < steps) {
                svg.text(x.pixel(tick + 0.5), HEIGHT - BOTTOM + 16, "middle", "tick", Quantity.plain(tick));
            }
        }
        svg.text(width - RIGHT, HEIGHT - 8, "end", "axis", "step");
        for (int i = 0; i < arena.spans().size(); i++) {
            buffer(svg, x, y, arena.spans().get(i), i % HUES);
        }
        svg.line(LEFT, TOP, width - RIGHT, TOP, "limit");
        return svg.end();
    }

    private void buffer(Svg svg, Axis x, Axis y, ArenaMap.Span span, int hue) {
        double left = x.pixel(span.firstStep()) + 0.75;
        double right = x.pixel(span.lastStep() + 1.0) - 0.75;
        double top = y.pixel((double) span.offset() + span.bytes()) + 0.5;
        double bottom = y.pixel((double) span.offset()) - 0.5;
        String tip = span.name() + "\n" + Quantity.exact(span.bytes()) + " bytes at " + Quantity.exact(span.offset())
                + "\n" + when(span);
        svg.rect(left, top, Math.max(1, right - left), Math.max(1, bottom - top), 2, "buffer hue" + hue, tip);
        int fits = (int) ((right - left - 8) / 6.6);
        if (bottom - top >= 15 && fits >= 4) {
            String name =
                    span.name().length() <= fits ? span.name() : span.name().substring(0, fits - 1) + "…";
            svg.text(left + 5, (top + bottom) / 2 + 4, "start", "in-buffer", name);
        }
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
}
