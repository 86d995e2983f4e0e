package io.selvedge.cli.report;

import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.LayerFinding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The layers of several candidates side by side. Candidates fuse differently, so a layer is known by the first graph node that
 * it computes; a candidate that computes this node within another layer says where.
 */
final class LayerRows {
    /** What one candidate spends on a layer, and how far the result is from the original's. */
    record Cell(OptionalDouble micros, OptionalDouble snrDb, String dtype, List<String> nodes) {}

    /** @param cells by candidate; one without an entry has no step that begins with this node */
    record Row(String node, Map<String, Cell> cells) {
        OptionalDouble micros(String candidate) {
            return Optional.ofNullable(cells.get(candidate)).map(Cell::micros).orElse(OptionalDouble.empty());
        }

        OptionalDouble snrDb(String candidate) {
            return Optional.ofNullable(cells.get(candidate)).map(Cell::snrDb).orElse(OptionalDouble.empty());
        }
    }

    private final List<Row> rows = new ArrayList<>();
    private final Map<String, Map<String, String>> within = new HashMap<>();

    /** @param candidates in the order of their columns; the first one's execution order is kept */
    LayerRows(List<Candidate> candidates) {
        Map<String, Map<String, Cell>> cells = new HashMap<>();
        List<String> order = new ArrayList<>();
        for (Candidate candidate : candidates) {
            int place = 0;
            for (Map.Entry<String, Cell> layer : layers(candidate).entrySet()) {
                int known = order.indexOf(layer.getKey());
                if (known < 0) {
                    order.add(place, layer.getKey());
                    known = place;
                }
                place = known + 1;
                cells.computeIfAbsent(layer.getKey(), _ -> new LinkedHashMap<>())
                        .put(candidate.name(), layer.getValue());
            }
        }
        for (String node : order) {
            rows.add(new Row(node, cells.getOrDefault(node, Map.of())));
        }
    }

    List<Row> rows() {
        return rows;
    }

    /** The layer in which a candidate computes a node that begins none of its layers. */
    Optional<String> within(String candidate, String node) {
        return Optional.ofNullable(within.getOrDefault(candidate, Map.of()).get(node));
    }

    /** Layers by first node. Several steps of one layer, such as filling a border and convolving, add up. */
    private Map<String, Cell> layers(Candidate candidate) {
        Map<String, Cell> layers = new LinkedHashMap<>();
        for (LayerFinding step : candidate.layers()) {
            List<String> nodes = List.of(step.name().split(" \\+ ", -1));
            String first = nodes.getFirst();
            for (String node : nodes) {
                within.computeIfAbsent(candidate.name(), _ -> new HashMap<>()).put(node, first);
            }
            layers.merge(first, new Cell(step.micros(), step.snrDb(), step.dtype(), nodes), LayerRows::sum);
        }
        return layers;
    }

    private static Cell sum(Cell a, Cell b) {
        OptionalDouble micros = a.micros().isPresent() && b.micros().isPresent()
                ? OptionalDouble.of(a.micros().getAsDouble() + b.micros().getAsDouble())
                : a.micros().isPresent() ? a.micros() : b.micros();
        Set<String> nodes = new LinkedHashSet<>(a.nodes());
        nodes.addAll(b.nodes());
        return new Cell(micros, b.snrDb().isPresent() ? b.snrDb() : a.snrDb(), b.dtype(), List.copyOf(nodes));
    }
}
