package io.selvedge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.selvedge.bench.SuiteModel.Group;
import io.selvedge.bench.SuiteResult.Entry;
import io.selvedge.compress.deploy.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** The tables of a suite in Markdown. */
record SuitePage(List<SuiteResult> results, Optional<JsonNode> starts, Optional<JsonNode> limits) {
    private static final List<String> DTYPES = List.of("fp32", "int8");
    private static final List<String> PEERS = List.of("onnxruntime", "tflite-xnnpack", "onednn");

    String text(Machine machine) {
        StringBuilder out = new StringBuilder("# Results\n\n");
        out.append(
                "Made by `./selvedge bench --suite bench/suite.yaml --json out/bench.jsonl --markdown bench/RESULTS.md`; [README](README.md)"
                        + " says how it measures. Medians of one inference in microseconds, one thread, all runtimes of a row interleaved in"
                        + " one process; *ratio* is the fastest peer's median in its best form by ours: above 1 we are faster. For int8 a peer's"
                        + " float form counts too where it is faster. *Difference* is the largest to ONNX Runtime's outputs on the same form, by"
                        + " the largest value.\n\n");
        out.append("- Machine: ")
                .append(machine.cpu())
                .append(", ")
                .append(machine.cores())
                .append(" cores, ");
        out.append(machine.isa())
                .append(", ")
                .append(machine.os())
                .append(", JDK ")
                .append(machine.jdk())
                .append('\n');
        limits.ifPresent(tree -> {
            List<String> rows = new ArrayList<>();
            tree.path("rows")
                    .forEach(row -> rows.add(String.format(
                            Locale.ROOT,
                            "%s %.0f in fp32, %.0f in int8",
                            row.path("target").asText(),
                            row.path("fp32").asDouble(),
                            row.path("int8").asDouble())));
            out.append("- Limits of one core, Gop/s: ")
                    .append(String.join("; ", rows))
                    .append('\n');
        });
        out.append("- Date: ")
                .append(String.join(
                        ", ",
                        new TreeSet<>(results.stream().map(SuiteResult::date).toList())));
        out.append("\n- Versions: ").append(String.join(", ", versions())).append("\n");
        for (Group group : Group.values()) {
            List<SuiteResult> members =
                    results.stream().filter(r -> r.group() == group).toList();
            if (!members.isEmpty()) {
                out.append("\n## ").append(title(group)).append("\n\n").append(table(members, group));
            }
        }
        String own = OwnForms.table(results);
        if (!own.isEmpty()) {
            out.append("\n## Threads, older instructions, Java\n\n").append(own);
        }
        String reading = reading();
        if (!reading.isEmpty()) {
            out.append("\n## Reading weights\n\n").append(reading);
        }
        String load = load();
        if (!load.isEmpty()) {
            out.append("\n## Under load\n\n").append(load);
        }
        starts.ifPresent(tree -> out.append("\n## Process start\n\n").append(StartRace.table(tree)));
        List<String> absent = absent();
        if (!absent.isEmpty()) {
            out.append("\n## What did not run\n\n");
            absent.forEach(line -> out.append("- ").append(line).append('\n'));
        }
        return out.toString();
    }

    private static String title(Group group) {
        return switch (group) {
            case SMALL -> "Small nets";
            case LARGE -> "Large nets";
            case OTHER -> "Other nets";
            case LAYER -> "Single layers";
        };
    }

    private TreeSet<String> versions() {
        TreeSet<String> versions = new TreeSet<>();
        for (SuiteResult result : results) {
            for (Entry entry : result.entries()) {
                if (entry.lap().isPresent()) {
                    versions.add(entry.runtime() + " " + entry.version());
                }
            }
        }
        return versions;
    }

    private static String table(List<SuiteResult> members, Group group) {
        List<String> peers = PEERS.stream()
                .filter(peer -> members.stream()
                        .flatMap(r -> r.entries().stream())
                        .anyMatch(e -> e.runtime().equals(peer)))
                .toList();
        StringBuilder out = new StringBuilder("| net | type | selvedge | ratio | ");
        out.append(String.join(" | ", peers)).append(" | GOP/s | difference |\n|---|---|");
        out.append("---:|".repeat(peers.size() + 4)).append('\n');
        for (String dtype : DTYPES) {
            List<Double> ratios = new ArrayList<>();
            for (SuiteResult result : members) {
                if (result.ours(dtype).isEmpty()) {
                    continue;
                }
                result.ratio(dtype).ifPresent(ratios::add);
                out.append(row(result, dtype, peers));
            }
            if (group != Group.OTHER && group != Group.LAYER && !ratios.isEmpty()) {
                out.append(String.format(
                        Locale.ROOT,
                        "| **geometric mean** | %s | | **%.2f** | %s| |%n",
                        dtype,
                        geometricMean(ratios),
                        "| ".repeat(peers.size())));
            }
        }
        return out.toString();
    }

    static double geometricMean(List<Double> ratios) {
        return Math.exp(ratios.stream().mapToDouble(Math::log).average().orElse(Double.NaN));
    }

    private static String row(SuiteResult result, String dtype, List<String> peers) {
        StringBuilder out = new StringBuilder();
        Entry ours = result.ours(dtype).orElseThrow();
        out.append("| ").append(result.name()).append(" | ").append(dtype).append(" | ");
        out.append(micros(ours.micros()))
                .append(" | ")
                .append(number(result.ratio(dtype), "%.2f"))
                .append(" | ");
        for (String peer : peers) {
            Optional<Entry> entry = result.peers(dtype).stream()
                    .filter(e -> e.runtime().equals(peer))
                    .findFirst();
            out.append(micros(entry.map(Entry::micros).orElse(OptionalDouble.empty())))
                    .append(" | ");
        }
        OptionalDouble gops = ours.micros().isPresent()
                ? OptionalDouble.of(2.0 * result.macs() / ours.micros().getAsDouble() / 1000)
                : OptionalDouble.empty();
        OptionalDouble error = result.peers(dtype).stream()
                .filter(e -> e.runtime().equals("onnxruntime") && !Double.isNaN(e.error()))
                .mapToDouble(Entry::error)
                .findFirst();
        return out.append(number(gops, "%.0f"))
                .append(" | ")
                .append(number(error, "%.1e"))
                .append(" |\n")
                .toString();
    }

    /** How near nets that use every weight once come to what one core can read. */
    private String reading() {
        StringBuilder rows = new StringBuilder();
        for (SuiteResult result : results) {
            for (SuiteResult.Reading reading : result.readings()) {
                result.ours(reading.dtype()).map(Entry::micros).ifPresent(micros -> {
                    double ours = reading.weightBytes() / micros.orElse(Double.NaN) / 1000;
                    rows.append(String.format(
                            Locale.ROOT,
                            "| %s | %s | %d | %.0f | %s | %.0f | %.2f |%n",
                            result.name(),
                            reading.dtype(),
                            reading.weightBytes() >> 10,
                            ours,
                            reading.level(),
                            reading.gigabytesPerSecond(),
                            ours / reading.gigabytesPerSecond()));
                });
            }
        }
        return rows.isEmpty()
                ? ""
                : "Nets that use every weight once are bound by reading them: bytes of weights by the median of one inference, and"
                        + " what one core reads of the nearest level that holds them, the fastest of many runs.\n\n"
                        + "| net | type | weights, KiB | GB/s | level | limit, GB/s | share |\n|---|---|---:|---:|---|---:|---:|\n"
                        + rows;
    }

    /** How far the 95th percentile goes up beside busy processes. */
    private String load() {
        StringBuilder rows = new StringBuilder();
        for (SuiteResult result : results) {
            for (Entry entry : result.entries()) {
                if (entry.lap().isPresent() && entry.loaded().isPresent()) {
                    double idle = entry.lap().get().microsP95();
                    double busy = entry.loaded().get().microsP95();
                    rows.append(String.format(
                            Locale.ROOT,
                            "| %s | %s | %s | %s | %s | %.1f |%n",
                            result.name(),
                            entry.dtype(),
                            entry.runtime(),
                            micros(OptionalDouble.of(idle)),
                            micros(OptionalDouble.of(busy)),
                            busy / idle));
                }
            }
        }
        return rows.isEmpty()
                ? ""
                : "95th percentile of one inference, idle and beside " + SuiteRace.LOAD + " busy processes.\n\n"
                        + "| net | type | runtime | idle, us | loaded, us | times |\n|---|---|---|---:|---:|---:|\n"
                        + rows;
    }

    static String micros(OptionalDouble micros) {
        return number(micros, micros.isPresent() && micros.getAsDouble() < 100 ? "%.1f" : "%.0f");
    }

    static String number(OptionalDouble value, String format) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
    }

    private List<String> absent() {
        List<String> lines = new ArrayList<>();
        for (SuiteResult result : results) {
            for (Entry entry : result.entries()) {
                if (entry.lap().isEmpty()) {
                    lines.add(result.name() + " " + entry.dtype() + " in " + entry.runtime() + ": " + entry.note());
                }
            }
        }
        return lines;
    }

    /** One result in one line, for progress. */
    static String line(SuiteResult result) {
        List<String> parts = new ArrayList<>();
        for (String dtype : DTYPES) {
            result.ours(dtype).ifPresent(ours -> {
                List<String> peers = new ArrayList<>();
                result.peers(dtype).forEach(peer -> peers.add(peer.runtime() + " " + micros(peer.micros())));
                parts.add(dtype + " " + micros(ours.micros()) + " us, " + number(result.ratio(dtype), "%.2f") + " ("
                        + String.join(", ", peers) + ")");
            });
        }
        return String.join("; ", parts);
    }
}
