package io.selvedge.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Places a graph's nodes in layers: every edge points downward, an edge over several layers gets a lane of its own through
 * each of them, and sweeps put everything near its neighbours (after Sugiyama).
 */
final class LayeredLayout {
    private static final int SWEEPS = 6;
    private static final double LANE = 12;

    /** Node or lane. */
    private static final class Item {
        final int layer;
        final double width;
        final List<Item> above = new ArrayList<>();
        final List<Item> below = new ArrayList<>();
        double x;

        Item(int layer, double width) {
            this.layer = layer;
            this.width = width;
        }

        double pull(List<Item> neighbours) {
            return neighbours.stream().mapToDouble(item -> item.x).average().orElse(x);
        }
    }

    private final double gap;
    private final List<List<Item>> layers = new ArrayList<>();
    private final Item[] items;
    private final List<List<Item>> routes = new ArrayList<>();
    private double width;

    /** @param gap pixels between neighbours in a layer */
    LayeredLayout(ComputeGraph graph, double nodeWidth, double gap) {
        this.gap = gap;
        this.items = new Item[graph.nodes().size()];
        int[] layerOf = layerOf(graph);
        for (int node = 0; node < items.length; node++) {
            items[node] = placed(layerOf[node], nodeWidth);
        }
        for (ComputeGraph.Link edge : graph.links()) {
            routes.add(route(items[edge.from()], items[edge.to()]));
        }
        arrange();
    }

    private static int[] layerOf(ComputeGraph graph) {
        int[] layer = new int[graph.nodes().size()];
        List<ComputeGraph.Link> links = graph.links().stream()
                .sorted(Comparator.comparingInt(ComputeGraph.Link::from))
                .toList();
        for (ComputeGraph.Link edge : links) {
            layer[edge.to()] = Math.max(layer[edge.to()], layer[edge.from()] + 1);
        }
        return layer;
    }

    private Item placed(int layer, double width) {
        while (layers.size() <= layer) {
            layers.add(new ArrayList<>());
        }
        Item item = new Item(layer, width);
        layers.get(layer).add(item);
        return item;
    }

    private List<Item> route(Item from, Item to) {
        List<Item> route = new ArrayList<>(List.of(from));
        for (int layer = from.layer + 1; layer < to.layer; layer++) {
            route.add(placed(layer, LANE));
        }
        route.add(to);
        for (int i = 1; i < route.size(); i++) {
            route.get(i - 1).below.add(route.get(i));
            route.get(i).above.add(route.get(i - 1));
        }
        return route;
    }

    private void arrange() {
        layers.forEach(this::spread);
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            boolean down = sweep % 2 == 0;
            for (List<Item> layer : down ? layers : layers.reversed()) {
                layer.forEach(item -> item.x = item.pull(down ? item.above : item.below));
                layer.sort(Comparator.comparingDouble(item -> item.x));
                spread(layer);
            }
        }
        double left = items().mapToDouble(item -> item.x - item.width / 2).min().orElse(0);
        items().forEach(item -> item.x -= left);
        width = items().mapToDouble(item -> item.x + item.width / 2).max().orElse(0);
    }

    private Stream<Item> items() {
        return layers.stream().flatMap(List::stream);
    }

    /** Keeps the order, undoes overlaps, and moves the layer back to where its members wanted to be on average. */
    private void spread(List<Item> layer) {
        double wanted = layer.stream().mapToDouble(item -> item.x).average().orElse(0);
        for (int i = 1; i < layer.size(); i++) {
            Item before = layer.get(i - 1);
            Item item = layer.get(i);
            item.x = Math.max(item.x, before.x + (before.width + item.width) / 2 + gap);
        }
        double found = layer.stream().mapToDouble(item -> item.x).average().orElse(0);
        layer.forEach(item -> item.x += wanted - found);
    }

    int layerCount() {
        return layers.size();
    }

    double width() {
        return width;
    }

    /** Centre of a node. */
    double x(int node) {
        return items[node].x;
    }

    int layer(int node) {
        return items[node].layer;
    }

    /** Centres along an edge, one per layer, both ends included. */
    double[] route(int edge) {
        return routes.get(edge).stream().mapToDouble(item -> item.x).toArray();
    }
}
