package io.selvedge.cli.report;

import io.selvedge.compress.deploy.GraphOutline;
import java.util.Locale;

/** A graph as boxes in layers, coloured by data type; conversions between types are small. */
record GraphChart(GraphOutline graph, String label) {
    private static final double BOX_WIDTH = 132;
    private static final double BOX_HEIGHT = 26;
    private static final double ROW = 40;
    private static final double MARGIN = 8;
    private static final int NAME_LENGTH = 18;

    String svg() {
        LayeredLayout layout = new LayeredLayout(graph, BOX_WIDTH, 14);
        double width = layout.width() + 2 * MARGIN;
        double height = layout.layerCount() * ROW + 2 * MARGIN;
        Svg svg = new Svg(width, height, "graph", label);
        for (int edge = 0; edge < graph.edges().size(); edge++) {
            svg.path(
                    curve(
                            layout.route(edge),
                            layout.layer(graph.edges().get(edge).from())),
                    "edge");
        }
        for (int node = 0; node < graph.nodes().size(); node++) {
            box(svg, graph.nodes().get(node), MARGIN + layout.x(node), centre(layout.layer(node)));
        }
        return svg.end();
    }

    /** Width that the drawing wants, in pixels. */
    double naturalWidth() {
        return new LayeredLayout(graph, BOX_WIDTH, 14).width() + 2 * MARGIN;
    }

    private static double centre(int layer) {
        return MARGIN + layer * ROW + ROW / 2;
    }

    private static void box(Svg svg, GraphOutline.Vertex vertex, double x, double y) {
        String tip = vertex.name() + "\n" + vertex.op() + ", " + vertex.dtype()
                + (vertex.shape().isEmpty() ? "" : ", " + vertex.shape());
        String name = shortName(vertex.op());
        boolean small = isConversion(vertex.op());
        double boxWidth = small ? 44 : BOX_WIDTH;
        double boxHeight = small ? 18 : BOX_HEIGHT;
        svg.rect(
                x - boxWidth / 2,
                y - boxHeight / 2,
                boxWidth,
                boxHeight,
                small ? 9 : 6,
                "box " + cssClass(vertex) + (small ? " small" : ""),
                tip);
        svg.text(x, y + 4, "middle", small ? "box-text small" : "box-text", name);
    }

    private static boolean isConversion(String op) {
        return op.equals("QuantizeLinear") || op.equals("DequantizeLinear");
    }

    private static String shortName(String op) {
        return switch (op) {
            case "QuantizeLinear" -> "Q";
            case "DequantizeLinear" -> "DQ";
            default -> op.length() <= NAME_LENGTH ? op : op.substring(0, NAME_LENGTH - 1) + "…";
        };
    }

    private static String cssClass(GraphOutline.Vertex vertex) {
        return switch (vertex.op().toLowerCase(Locale.ROOT)) {
            case "input", "output" -> "terminal";
            default ->
                switch (vertex.dtype()) {
                    case "fp32", "float32" -> "fp32";
                    case "int8", "uint8" -> "int8";
                    default -> "other";
                };
        };
    }

    private static String curve(double[] xs, int firstLayer) {
        StringBuilder path = new StringBuilder("M" + point(xs[0], centre(firstLayer)));
        for (int i = 1; i < xs.length; i++) {
            double from = centre(firstLayer + i - 1);
            double to = centre(firstLayer + i);
            double middle = (from + to) / 2;
            path.append("C")
                    .append(point(xs[i - 1], middle))
                    .append(' ')
                    .append(point(xs[i], middle))
                    .append(' ')
                    .append(point(xs[i], to));
        }
        return path.toString();
    }

    private static String point(double x, double y) {
        return Svg.number(MARGIN + x) + "," + Svg.number(y);
    }
}
