package io.selvedge.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;

/**
 * Candidates as points: what they cost to the right, how good they are upward. Budgets are dashed lines; a line of steps, the Pareto
 * front, goes through those that no other one beats in both.
 *
 * @param lowIsGood whether the smaller value upward is the better one, as of an error
 * @param xBase 2 where ticks are powers of two (bytes), else 10
 */
record ScatterChart(
        String xTitle,
        String yTitle,
        List<Point> points,
        OptionalDouble xLimit,
        OptionalDouble yLimit,
        boolean lowIsGood,
        double xBase,
        DoubleFunction<String> xText,
        DoubleFunction<String> yText) {
    private static final double WIDTH = 460;
    private static final double HEIGHT = 300;
    private static final double LEFT = 58;
    private static final double RIGHT = 14;
    private static final double TOP = 26;
    private static final double BOTTOM = 46;
    private static final int LABELLED = 7;

    /** @param cssClass fp32, int8 or mixed */
    record Point(
            String name,
            double x,
            double y,
            double yLow,
            double yHigh,
            String cssClass,
            boolean featured,
            String tip) {}

    String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT, "chart", yTitle + " against " + xTitle);
        double xMax = points.stream().mapToDouble(Point::x).max().orElse(1);
        // A budget far away would squeeze the candidates into a corner.
        if (xLimit.isPresent() && xLimit.getAsDouble() < 1.6 * xMax) {
            xMax = Math.max(xMax, xLimit.getAsDouble());
        }
        Axis x = Axis.over(0, xMax * 1.12, LEFT, WIDTH - RIGHT);
        Axis y = yAxis();
        for (double tick : x.ticks(4, xBase)) {
            svg.line(x.pixel(tick), TOP, x.pixel(tick), HEIGHT - BOTTOM, "grid");
            svg.text(x.pixel(tick), HEIGHT - BOTTOM + 16, "middle", "tick", xText.apply(tick));
        }
        for (double tick : y.ticks(4, 10)) {
            svg.line(LEFT, y.pixel(tick), WIDTH - RIGHT, y.pixel(tick), "grid");
            svg.text(LEFT - 7, y.pixel(tick) + 4, "end", "tick", yText.apply(tick));
        }
        svg.text(LEFT, 14, "start", "axis", yTitle);
        svg.text(WIDTH - RIGHT, HEIGHT - 8, "end", "axis", xTitle);
        limits(svg, x, y);
        front().ifPresent(corners -> svg.path(steps(corners, x, y), "front"));
        points.forEach(point -> point(svg, x, y, point));
        labels(svg, x, y);
        return svg.end();
    }

    /** Those that are better than every cheaper one, from the cheapest on; none where one beats all. */
    private Optional<List<Point>> front() {
        List<Point> front = new ArrayList<>();
        points.stream()
                .sorted(Comparator.comparingDouble(Point::x).thenComparingDouble(this::badness))
                .filter(point -> front.isEmpty() || badness(point) < badness(front.getLast()))
                .forEach(front::add);
        return front.size() < 2 ? Optional.empty() : Optional.of(front);
    }

    private double badness(Point point) {
        return lowIsGood ? point.y() : -point.y();
    }

    /** What is paid more brings nothing until the next point. */
    private static String steps(List<Point> corners, Axis x, Axis y) {
        StringBuilder path = new StringBuilder();
        for (Point corner : corners) {
            String at = Svg.number(x.pixel(corner.x()));
            path.append(path.isEmpty() ? "M" + at + " " : "H" + at + "V").append(Svg.number(y.pixel(corner.y())));
        }
        return path.toString();
    }

    private Axis yAxis() {
        double low = points.stream().mapToDouble(Point::yLow).min().orElse(0);
        double high = points.stream().mapToDouble(Point::yHigh).max().orElse(1);
        double near = Math.max(high - low, Math.abs(high) * 0.005);
        if (yLimit.isPresent() && Math.abs(yLimit.getAsDouble() - low) < 1.2 * near) {
            low = Math.min(low, yLimit.getAsDouble());
            high = Math.max(high, yLimit.getAsDouble());
        }
        double pad = Math.max((high - low) * 0.15, Math.abs(high) * 0.0015);
        return Axis.over(low - pad, high + pad, HEIGHT - BOTTOM, TOP);
    }

    private void limits(Svg svg, Axis x, Axis y) {
        if (xLimit.isPresent() && xLimit.getAsDouble() <= x.high()) {
            double pixel = x.pixel(xLimit.getAsDouble());
            svg.line(pixel, TOP, pixel, HEIGHT - BOTTOM, "limit");
            svg.text(pixel - 4, TOP + 11, "end", "limit-text", "budget");
        }
        if (yLimit.isPresent() && yLimit.getAsDouble() >= y.low() && yLimit.getAsDouble() <= y.high()) {
            double pixel = y.pixel(yLimit.getAsDouble());
            svg.line(LEFT, pixel, WIDTH - RIGHT, pixel, "limit");
            svg.text(LEFT + 5, pixel - 4, "start", "limit-text", "budget");
        } else if (yLimit.isPresent()) {
            boolean below = yLimit.getAsDouble() < y.low();
            String text = (below ? "↓ budget " : "↑ budget ") + yText.apply(yLimit.getAsDouble());
            svg.text(LEFT + 5, below ? HEIGHT - BOTTOM - 6 : TOP + 11, "start", "limit-text", text);
        }
    }

    private static void point(Svg svg, Axis x, Axis y, Point point) {
        double px = x.pixel(point.x());
        if (point.yHigh() > point.yLow()) {
            svg.line(px, y.pixel(point.yLow()), px, y.pixel(point.yHigh()), "whisker " + point.cssClass());
            for (double end : new double[] {point.yLow(), point.yHigh()}) {
                svg.line(px - 4, y.pixel(end), px + 4, y.pixel(end), "whisker " + point.cssClass());
            }
        }
        if (point.featured()) {
            svg.circle(px, y.pixel(point.y()), 10, "halo " + point.cssClass(), "");
        }
        svg.circle(px, y.pixel(point.y()), 5.5, "dot " + point.cssClass(), point.tip());
    }

    /** With many candidates only the outer ones are named; the others tell their names when touched. */
    private void labels(Svg svg, Axis x, Axis y) {
        List<Point> named = points.stream()
                .filter(p -> points.size() <= LABELLED
                        || p.featured()
                        || !p.cssClass().equals("mixed"))
                .sorted(Comparator.comparingDouble(p -> y.pixel(p.y())))
                .toList();
        List<double[]> taken = new ArrayList<>();
        for (Point point : named) {
            double px = x.pixel(point.x());
            boolean leftward = px > WIDTH * 0.72;
            double width = point.name().length() * 7.2;
            double from = leftward ? px - 14 - width : px + 14;
            double at = y.pixel(point.y()) + 4;
            for (double[] other : taken) {
                if (from < other[1] && other[0] < from + width && at - other[2] < 13) {
                    at = other[2] + 13;
                }
            }
            taken.add(new double[] {from, from + width, at});
            svg.text(
                    leftward ? px - 14 : px + 14,
                    at,
                    leftward ? "end" : "start",
                    point.featured() ? "label featured" : "label",
                    point.name());
        }
    }
}
