package io.selvedge.cli.report;

import io.selvedge.compress.deploy.GraphOutline;

/** A graph as boxes in layers, coloured by the data type that they compute in; edges by what flows. */
final class GraphChart {
    private static final double BOX_WIDTH = 158;
    private static final double BOX_HEIGHT = 34;
    private static final double ROW = 54;
    private static final double GAP = 14;
    private static final double MARGIN = 8;
    private static final int OP_LENGTH = 22;
    private static final int NAME_LENGTH = 26;

    private final ComputeGraph graph;
    private final LayeredLayout layout;
    private final String label;

    GraphChart(ComputeGraph graph, String label) {
        this.graph = graph;
        this.layout = new LayeredLayout(graph, BOX_WIDTH, GAP);
        this.label = label;
    }

    String svg() {
        Svg svg = new Svg(naturalWidth(), layout.layerCount() * ROW + 2 * MARGIN, "graph", label);
        for (int i = 0; i < graph.links().size(); i++) {
            ComputeGraph.Link link = graph.links().get(i);
            svg.path(curve(layout.route(i), layout.layer(link.from())), edgeClass(link));
        }
        for (int i = 0; i < graph.links().size(); i++) {
            mark(
                    svg,
                    graph.links().get(i),
                    layout.route(i),
                    centre(layout.layer(graph.links().get(i).to())));
        }
        for (int node = 0; node < graph.nodes().size(); node++) {
            box(svg, graph.nodes().get(node), MARGIN + layout.x(node), centre(layout.layer(node)));
        }
        return svg.end();
    }

    /** Width that the drawing wants, in pixels. */
    double naturalWidth() {
        return layout.width() + 2 * MARGIN;
    }

    /** A value that never leaves an 8-bit layer, in front of its Relu, is neither float nor rounded. */
    private String edgeClass(ComputeGraph.Link link) {
        boolean inside = graph.nodes().get(link.from()).dtype().equals("int8")
                && graph.nodes().get(link.to()).dtype().equals("int8");
        return link.eightBit() ? "edge int8" : inside ? "edge inner" : "edge";
    }

    private static double centre(int layer) {
        return MARGIN + layer * ROW + ROW / 2;
    }

    private static void mark(Svg svg, ComputeGraph.Link link, double[] route, double row) {
        if (!link.mark().isEmpty()) {
            double width = 10 + 7 * link.mark().length();
            double x = MARGIN + (route[route.length - 2] + route[route.length - 1]) / 2;
            double y = row - ROW / 2;
            svg.rect(x - width / 2, y - 7, width, 14, 7, "mark", "");
            svg.text(x, y + 3.5, "middle", "mark-text", link.mark());
        }
    }

    private static void box(Svg svg, GraphOutline.Vertex vertex, double x, double y) {
        String tip = vertex.name() + "\n" + vertex.op() + ", " + vertex.dtype()
                + (vertex.shape().isEmpty() ? "" : ", " + vertex.shape());
        svg.node(
                x - BOX_WIDTH / 2,
                y - BOX_HEIGHT / 2,
                BOX_WIDTH,
                BOX_HEIGHT,
                "box " + cssClass(vertex),
                tip,
                vertex.name());
        String op = vertex.op();
        svg.text(x, y - 2, "middle", "box-text", op.length() <= OP_LENGTH ? op : op.substring(0, OP_LENGTH - 1) + "…");
        svg.text(x, y + 11, "middle", "box-text small", NodeName.tail(vertex.name(), NAME_LENGTH));
    }

    private static String cssClass(GraphOutline.Vertex vertex) {
        return switch (vertex.op()) {
            case "Input", "Output" -> "terminal";
            default ->
                switch (vertex.dtype()) {
                    case "fp32", "int8" -> vertex.dtype();
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
