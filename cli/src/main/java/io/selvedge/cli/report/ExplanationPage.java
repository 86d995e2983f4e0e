package io.selvedge.cli.report;

import com.samskivert.mustache.Mustache;
import io.selvedge.compress.explain.Explanation;
import io.selvedge.compress.explain.Finding;
import io.selvedge.compress.explain.LayerReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An explanation as one page with a bar of signal-to-noise for every layer; it loads nothing. */
public final class ExplanationPage {
    private static final int NAME_LENGTH = 46;
    /** Where a bar is full; what is above sounds the same. */
    private static final double FULL_DB = 60;

    private static final double FAIR_DB = 30;
    private static final double POOR_DB = 15;

    private ExplanationPage() {}

    /** The page's text; the same explanation gives the same text. */
    public static String text(String model, Explanation explanation) {
        Map<String, Object> context = new HashMap<>();
        context.put("style", ReportPage.resource("report.css"));
        context.put("script", ReportPage.resource("report.js"));
        context.put("model", model);
        context.put("headline", headline(explanation));
        context.put("samples", Integer.toString(explanation.samples()));
        context.put(
                "findings",
                explanation.findings().stream().map(ExplanationPage::finding).toList());
        List<Map<String, String>> rows = new ArrayList<>();
        for (LayerReport layer : explanation.layers()) {
            rows.add(row(rows.size(), layer));
        }
        context.put("rows", rows);
        return Mustache.compiler()
                .escapeHTML(true)
                .defaultValue("")
                .emptyStringIsFalse(true)
                .compile(ReportPage.resource("explanation.mustache"))
                .execute(context);
    }

    private static String headline(Explanation explanation) {
        String output = explanation.outputDb().isPresent()
                ? String.format(
                        Locale.ROOT,
                        "%.1f dB of signal over noise at the outputs",
                        explanation.outputDb().getAsDouble())
                : "No difference at the outputs";
        return explanation.findings().isEmpty()
                ? output
                : output + ": " + explanation.findings().getFirst().cause().text();
    }

    private static Map<String, String> finding(Finding finding) {
        return Map.of(
                "layer", finding.layer() + (finding.value().isEmpty() ? "" : ", input '" + finding.value() + "'"),
                "cause", finding.cause().text(),
                "detail", finding.detail(),
                "fix", finding.cause().advice());
    }

    private static Map<String, String> row(int index, LayerReport layer) {
        double snr = layer.snrDb().orElse(150);
        return Map.of(
                "index", Integer.toString(index),
                "name", NodeName.tail(layer.name(), NAME_LENGTH),
                "op", layer.op(),
                "order", Svg.number(layer.ownDb() * -100),
                "tone", layer.ownDb() < POOR_DB ? "poor" : layer.ownDb() < FAIR_DB ? "fair" : "good",
                "own", number(layer.ownDb()),
                "width", width(layer.ownDb()),
                "snr", number(snr),
                "snrWidth", width(snr),
                "cause", layer.finding().map(f -> f.cause().text()).orElse(""));
    }

    private static String width(double db) {
        return String.format(Locale.ROOT, "%.1f", 100 * Math.clamp(db, 0, FULL_DB) / FULL_DB);
    }

    private static String number(double db) {
        return db >= 150 ? "exact" : String.format(Locale.ROOT, "%.1f", db);
    }
}
