package io.selvedge.cli.report;

import java.util.Locale;

/** Writes one SVG element tree as text. Colours come from the page's style sheet by class, so that dark mode works. */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    /** @param label what the drawing shows, for those who cannot see it */
    Svg(double width, double height, String cssClass, String label) {
        text.append(String.format(
                Locale.ROOT,
                "<svg class=\"%s\" viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">",
                cssClass,
                number(width),
                number(height),
                escaped(label)));
    }

    Svg line(double x1, double y1, double x2, double y2, String cssClass) {
        return add("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>", cssClass, x1, y1, x2, y2);
    }

    /** @param tip shown on hover and tap; empty for none */
    Svg rect(double x, double y, double width, double height, double radius, String cssClass, String tip) {
        return add(
                "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"%s\"" + tip(tip) + "/>",
                cssClass,
                x,
                y,
                width,
                height,
                radius);
    }

    /** A graph node's box; {@code name} lets the page find the same node in another drawing. */
    Svg node(double x, double y, double width, double height, String cssClass, String tip, String name) {
        return add(
                "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"6\" data-node=\"%s\"" + tip(tip)
                        + "/>",
                cssClass,
                x,
                y,
                width,
                height,
                escaped(name));
    }

    Svg circle(double x, double y, double radius, String cssClass, String tip) {
        return add("<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"" + tip(tip) + "/>", cssClass, x, y, radius);
    }

    /** @param anchor start, middle or end */
    Svg text(double x, double y, String anchor, String cssClass, String content) {
        return add(
                "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>",
                cssClass, x, y, anchor, escaped(content));
    }

    /** A text turned about its anchor, clockwise. */
    Svg turned(double x, double y, int degrees, String anchor, String cssClass, String content) {
        return add(
                "<text class=\"%s\" text-anchor=\"%s\" transform=\"translate(%s %s) rotate(%s)\">%s</text>",
                cssClass, anchor, x, y, degrees, escaped(content));
    }

    Svg path(String data, String cssClass) {
        return add("<path class=\"%s\" d=\"%s\"/>", cssClass, data);
    }

    String end() {
        return text.append("</svg>").toString();
    }

    private Svg add(String format, Object... values) {
        Object[] shown = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            shown[i] = values[i] instanceof Double d ? number(d) : values[i];
        }
        text.append(String.format(Locale.ROOT, format, shown));
        return this;
    }

    private static String tip(String tip) {
        return tip.isEmpty() ? "" : " tabindex=\"0\" data-tip=\"" + escaped(tip).replace("%", "%%") + "\"";
    }

    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
