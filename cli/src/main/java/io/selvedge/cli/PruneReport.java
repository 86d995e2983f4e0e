package io.selvedge.cli;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.deploy.SideBySide;
import io.selvedge.compress.deploy.SideBySide.Finding;
import io.selvedge.compress.eval.MetricCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What pruning changed: counted in the graph and measured in compiled code, float and int8, before and after by turns. */
record PruneReport(Console console, PruneOptions options) {
    /** A model that takes more than this of the original's time is not faster. */
    private static final double NOTICEABLE = 0.98;

    void print(Graph before, Graph after, Optional<DataSource> data, boolean promisesTime) {
        console.out().println();
        counts(before, after).forEach(console.out()::println);
        if (options.unmeasured) {
            return;
        }
        List<Finding> findings = measure(before, after, data);
        console.out().println();
        table(findings, data).forEach(console.out()::println);
        if (promisesTime) {
            verdict(findings).forEach(console.out()::println);
        }
    }

    private static List<String> counts(Graph before, Graph after) {
        GraphCost a = GraphCost.of(before);
        GraphCost b = GraphCost.of(after);
        TextTable table =
                new TextTable().left("").right("before").right("after").right("");
        row(table, "parameters", a.parameters(), b.parameters());
        row(table, "multiply-accumulates", a.macs(), b.macs());
        row(table, "nodes", before.nodes().size(), after.nodes().size());
        return table.lines();
    }

    private static void row(TextTable table, String title, long before, long after) {
        table.row(
                title,
                String.format(Locale.ROOT, "%,d", before),
                String.format(Locale.ROOT, "%,d", after),
                ratio((double) before, (double) after));
    }

    private static String ratio(double before, double after) {
        return before > 0 ? String.format(Locale.ROOT, "%.2fx", after / before) : "";
    }

    private List<Finding> measure(Graph before, Graph after, Optional<DataSource> data) {
        try (ProgressLine progress = new ProgressLine(console);
                SideBySide side = new SideBySide(options.targets(), options.cc(), progress)) {
            side.add("before", before);
            side.add("after", after);
            data.flatMap(DataSource::calibration).ifPresent(calibration -> {
                side.addInt8("before int8", before, calibration);
                side.addInt8("after int8", after, calibration);
            });
            return side.findings(data.map(d -> new SideBySide.Judged(d.evaluation(), MetricCatalog.named(d.metric()))));
        }
    }

    private static List<String> table(List<Finding> findings, Optional<DataSource> data) {
        TextTable table = new TextTable()
                .left("compiled")
                .right("weights B")
                .right("coded B")
                .right("arena B")
                .right("bundle B")
                .right("us")
                .right("time");
        data.ifPresent(d -> table.right(d.metric()).right("lost").right("95 %"));
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            Finding pair = findings.get(i / 2 * 2);
            List<String> cells = new ArrayList<>(List.of(
                    finding.name(),
                    String.format(Locale.ROOT, "%,d", finding.weightBytes()),
                    String.format(Locale.ROOT, "%,d", finding.codedWeightBytes()),
                    String.format(Locale.ROOT, "%,d", finding.arenaBytes()),
                    String.format(Locale.ROOT, "%,d", finding.bundleBytes()),
                    finding.microsP50().isPresent()
                            ? String.format(
                                    Locale.ROOT, "%.1f", finding.microsP50().getAsDouble())
                            : "-",
                    finding.microsP50().isPresent() && finding != pair
                            ? ratio(
                                    pair.microsP50().orElse(0),
                                    finding.microsP50().getAsDouble())
                            : ""));
            finding.score().ifPresent(score -> {
                cells.add(String.format(Locale.ROOT, "%.4f", score.value()));
                cells.add(String.format(Locale.ROOT, "%.2f", score.lost().drop()));
                cells.add(String.format(
                        Locale.ROOT,
                        "%.2f..%.2f",
                        score.lost().interval().low(),
                        score.lost().interval().high()));
            });
            table.row(cells.toArray(String[]::new));
        }
        return table.lines();
    }

    /** Fewer operations are not always less time. */
    private static List<String> verdict(List<Finding> findings) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i + 1 < findings.size(); i += 2) {
            if (findings.get(i).microsP50().isEmpty()) {
                continue;
            }
            double before = findings.get(i).microsP50().getAsDouble();
            double after = findings.get(i + 1).microsP50().orElse(before);
            if (after > NOTICEABLE * before) {
                lines.add(String.format(
                        Locale.ROOT,
                        "Does not pay in time as %s: %.1f us before, %.1f us after. Fewer operations are not always less time;"
                                + " cut more, or round to whole vectors",
                        findings.get(i).isInt8() ? "int8" : "float",
                        before,
                        after));
            }
        }
        return lines;
    }
}
