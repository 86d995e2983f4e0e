package io.selvedge.cli.report;

import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.GraphOutline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Time and quantisation error of every layer, one column per candidate, all bars on one scale. */
final class LayerTable {
    /** Above it a bar is full: float arithmetic of another order differs by about this much. */
    private static final double FULL_DB = 60;

    private static final double FAIR_DB = 30;
    private static final double POOR_DB = 20;

    /** Columns that fit a page. */
    private static final int MOST_CANDIDATES = 4;

    /** Letters of a name that fit its column beside the operators. */
    private static final int NAME_LENGTH = 34;

    /** Layers that a sentence names. */
    private static final int MOST_NAMES = 4;

    private final DeployResult result;
    private final List<Candidate> timed;
    private final List<Candidate> noisy;
    private final LayerRows layers;
    private final Map<String, String> ops = new HashMap<>();
    private final double longestMicros;

    LayerTable(DeployResult result) {
        this.result = result;
        this.timed = columns();
        this.noisy = timed.stream()
                .filter(c -> c.layers().stream().anyMatch(layer -> layer.snrDb().isPresent()))
                .toList();
        this.layers = new LayerRows(rowOrder());
        for (GraphOutline graph : List.of(result.before(), result.after())) {
            graph.nodes().forEach(node -> ops.put(node.name(), node.op()));
        }
        this.longestMicros = layers.rows().stream()
                .flatMap(row -> row.cells().values().stream())
                .mapToDouble(cell -> cell.micros().orElse(0))
                .max()
                .orElse(1);
    }

    /** The original, the candidate that the page is about, then the others as far as there is room. */
    private List<Candidate> columns() {
        Set<Candidate> first = new LinkedHashSet<>();
        Stream.concat(Stream.of(result.candidates().getFirst(), result.featured()), result.candidates().stream())
                .filter(c -> !c.layers().isEmpty())
                .forEach(first::add);
        Set<Candidate> shown = first.stream().limit(MOST_CANDIDATES).collect(Collectors.toSet());
        return result.candidates().stream().filter(shown::contains).toList();
    }

    private List<Candidate> rowOrder() {
        List<Candidate> order = new ArrayList<>(timed);
        order.sort(Comparator.comparing(c -> !c.equals(result.featured())));
        return order;
    }

    boolean isEmpty() {
        return layers.rows().isEmpty();
    }

    /** What the template asks for. */
    Map<String, Object> context() {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < layers.rows().size(); i++) {
            rows.add(row(layers.rows().get(i), i));
        }
        return Map.of(
                "times", timed.stream().map(this::timeHead).toList(),
                "noises",
                        noisy.stream()
                                .map(c -> Map.of(
                                        "name", c.name(), "dtype", c.dtype().text()))
                                .toList(),
                "hasNoise", !noisy.isEmpty(),
                "noiseColumns", noisy.size(),
                "timeColumns", timed.size(),
                "note", note(),
                "rows", rows);
    }

    private Map<String, Object> timeHead(Candidate candidate) {
        double total = totalMicros(candidate);
        return Map.of(
                "name", candidate.name(),
                "dtype", candidate.dtype().text(),
                "total", total > 0 ? Quantity.latency(OptionalDouble.of(total)) : "");
    }

    private static double totalMicros(Candidate candidate) {
        return candidate.layers().stream()
                .mapToDouble(layer -> layer.micros().orElse(0))
                .sum();
    }

    private Map<String, Object> row(LayerRows.Row row, int index) {
        String featured = result.featured().name();
        List<Map<String, Object>> cells = new ArrayList<>();
        timed.forEach(candidate -> cells.add(timeCell(row, candidate.name())));
        noisy.forEach(candidate -> cells.add(noiseCell(row, candidate.name())));
        return Map.of(
                "name", NodeName.tail(row.node(), NAME_LENGTH),
                "ops", opsOf(row),
                "index", index,
                "micros", Svg.number(row.micros(featured).orElse(0) * 100),
                "noise", Svg.number(row.snrDb(featured).orElse(1000)),
                "tip", tip(row),
                "cells", cells);
    }

    private Map<String, Object> timeCell(LayerRows.Row row, String candidate) {
        Optional<LayerRows.Cell> cell = Optional.ofNullable(row.cells().get(candidate));
        return cell(
                candidate,
                cell.map(LayerRows.Cell::dtype).orElse(""),
                row.micros(candidate).orElse(0) / Math.max(longestMicros, 1e-9),
                cell.map(c -> Quantity.micros(c.micros()))
                        .or(() -> layers.within(candidate, row.node()).map(layer -> "in " + layer))
                        .orElse(""),
                "time",
                cell.isEmpty());
    }

    private Map<String, Object> noiseCell(LayerRows.Row row, String candidate) {
        OptionalDouble snrDb = row.snrDb(candidate);
        double value = snrDb.orElse(FULL_DB);
        return cell(
                candidate,
                value >= FAIR_DB ? "good" : value >= POOR_DB ? "fair" : "poor",
                Math.clamp(snrDb.orElse(0) / FULL_DB, 0, 1),
                snrDb.isPresent() ? String.format(Locale.ROOT, "%.1f", snrDb.getAsDouble()) : "",
                "noise",
                snrDb.isEmpty());
    }

    private static Map<String, Object> cell(
            String candidate, String tone, double share, String text, String kind, boolean bare) {
        return Map.of(
                "candidate", candidate,
                "tone", tone,
                "width", String.format(Locale.ROOT, "%.1f", 100 * share),
                "text", text,
                "kind", kind,
                "bar", !bare);
    }

    /** ONNX operator types of the nodes that the featured candidate, or else the first one, computes here. */
    private String opsOf(LayerRows.Row row) {
        return Optional.ofNullable(row.cells().get(result.featured().name()))
                .or(() -> row.cells().values().stream().findFirst())
                .map(cell -> cell.nodes().stream()
                        .flatMap(node -> Optional.ofNullable(ops.get(node)).stream())
                        .collect(Collectors.joining(" + ")))
                .orElse("");
    }

    private String tip(LayerRows.Row row) {
        StringBuilder tip = new StringBuilder(row.node());
        for (Candidate candidate : timed) {
            Optional.ofNullable(row.cells().get(candidate.name())).ifPresent(cell -> {
                tip.append('\n').append(candidate.name()).append(": ").append(cell.dtype());
                if (cell.micros().isPresent()) {
                    tip.append(", ").append(Quantity.latency(cell.micros())).append(share(cell, candidate));
                }
                if (cell.snrDb().isPresent()) {
                    tip.append(
                            String.format(Locale.ROOT, ", %.1f dB", cell.snrDb().getAsDouble()));
                }
                if (cell.nodes().size() > 1) {
                    tip.append("\n    ").append(String.join(" + ", cell.nodes()));
                }
            });
        }
        return tip.toString();
    }

    private static String share(LayerRows.Cell cell, Candidate candidate) {
        double total = totalMicros(candidate);
        return total <= 0
                ? ""
                : String.format(Locale.ROOT, " (%.1f %%)", 100 * cell.micros().orElse(0) / total);
    }

    /** The answer first: where the time goes, where the error is. */
    private String note() {
        String candidate = result.featured().name();
        List<LayerRows.Row> slowest = layers.rows().stream()
                .filter(row -> row.micros(candidate).isPresent())
                .sorted(Comparator.comparingDouble(row -> -row.micros(candidate).getAsDouble()))
                .toList();
        double total = totalMicros(result.featured());
        List<String> names = new ArrayList<>();
        double covered = 0;
        for (LayerRows.Row row : slowest) {
            if (covered < total / 2) {
                covered += row.micros(candidate).getAsDouble();
                names.add(NodeName.tail(row.node(), NAME_LENGTH));
            }
        }
        String note = names.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.0f %% of %s's time goes into %d of %d layers: %s. ",
                        100 * covered / total,
                        candidate,
                        names.size(),
                        slowest.size(),
                        listed(names));
        return note + noisiest(candidate);
    }

    private static String listed(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())));
        return names.size() > MOST_NAMES ? shown + " and " + (names.size() - MOST_NAMES) + " more" : shown;
    }

    private String noisiest(String candidate) {
        return layers.rows().stream()
                .filter(row -> row.snrDb(candidate).isPresent())
                .min(Comparator.comparingDouble(row -> row.snrDb(candidate).getAsDouble()))
                .map(row -> String.format(
                        Locale.ROOT,
                        "The largest quantisation error is that of %s, %.1f dB.",
                        row.node(),
                        row.snrDb(candidate).getAsDouble()))
                .orElse("");
    }
}
