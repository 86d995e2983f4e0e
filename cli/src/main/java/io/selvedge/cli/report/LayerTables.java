package io.selvedge.cli.report;

import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.LayerFinding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** Time and quantisation error of every layer, one table per candidate, the featured one open. */
record LayerTables(DeployResult result) {
    /** Above it a bar is full: float arithmetic of another order differs by about this much. */
    private static final double FULL_DB = 60;

    private static final double FAIR_DB = 30;
    private static final double POOR_DB = 20;

    List<Map<String, Object>> tables() {
        List<Map<String, Object>> tables = new ArrayList<>();
        Candidate featured = result.featured();
        tables.add(table(featured, true));
        for (Candidate candidate : result.candidates()) {
            if (!candidate.name().equals(featured.name()) && !candidate.layers().isEmpty()) {
                tables.add(table(candidate, false));
            }
        }
        return tables;
    }

    private Map<String, Object> table(Candidate candidate, boolean open) {
        Map<String, Double> reference = originalMicros(candidate);
        double longest = candidate.layers().stream()
                .mapToDouble(layer -> Math.max(layer.micros().orElse(0), reference.getOrDefault(layer.name(), 0.0)))
                .max()
                .orElse(1);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (LayerFinding layer : candidate.layers()) {
            rows.add(row(layer, reference, Math.max(longest, 1e-9)));
        }
        return Map.of(
                "candidate", candidate.name(),
                "dtype", candidate.dtype().text(),
                "open", open,
                "summary", summary(candidate),
                "layers", rows);
    }

    private static String summary(Candidate candidate) {
        double total = candidate.layers().stream()
                .mapToDouble(layer -> layer.micros().orElse(0))
                .sum();
        String steps = candidate.layers().size() + (candidate.layers().size() == 1 ? " step" : " steps");
        return total > 0 ? steps + ", " + Quantity.latency(OptionalDouble.of(total)) + " one by one" : steps;
    }

    private Map<String, Double> originalMicros(Candidate candidate) {
        Map<String, Double> micros = new HashMap<>();
        result.candidates().stream()
                .filter(c -> c.dtype() == Candidate.Dtype.FP32 && !c.name().equals(candidate.name()))
                .flatMap(c -> c.layers().stream())
                .filter(layer -> layer.micros().isPresent())
                .forEach(layer -> micros.put(layer.name(), layer.micros().getAsDouble()));
        return micros;
    }

    private static Map<String, Object> row(LayerFinding layer, Map<String, Double> reference, double longest) {
        Map<String, Object> row = new HashMap<>();
        Double before = reference.get(layer.name());
        row.put("name", layer.name());
        row.put("dtype", layer.dtype());
        row.put("time", layer.micros().isPresent() ? Quantity.latency(layer.micros()) : "–");
        row.put("timeWidth", width(layer.micros().orElse(0) / longest));
        row.put("timeEnd", width(Math.max(layer.micros().orElse(0), before == null ? 0 : before) / longest));
        row.put("hasMark", before != null);
        row.put("mark", before == null ? "0" : width(before / longest));
        row.put("snr", decibels(layer.snrDb()));
        row.put("snrWidth", width(Math.max(0, Math.min(1, layer.snrDb().orElse(0) / FULL_DB))));
        row.put("snrTone", tone(layer.snrDb()));
        row.put(
                "tip",
                layer.name() + "\n" + layer.dtype() + ", " + Quantity.latency(layer.micros())
                        + (before == null ? "" : " (fp32: " + Quantity.latency(OptionalDouble.of(before)) + ")")
                        + (layer.snrDb().isPresent() ? "\nsignal to noise " + decibels(layer.snrDb()) : ""));
        return row;
    }

    private static String decibels(OptionalDouble snrDb) {
        return snrDb.isPresent() ? String.format(Locale.ROOT, "%.1f dB", snrDb.getAsDouble()) : "";
    }

    private static String tone(OptionalDouble snrDb) {
        double value = snrDb.orElse(FULL_DB);
        return value >= FAIR_DB ? "good" : value >= POOR_DB ? "fair" : "poor";
    }

    private static String width(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
}
