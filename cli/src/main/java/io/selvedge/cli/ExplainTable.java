package io.selvedge.cli;

import io.selvedge.cli.report.NodeName;
import io.selvedge.compress.explain.Cause;
import io.selvedge.compress.explain.Explanation;
import io.selvedge.compress.explain.Finding;
import io.selvedge.compress.explain.LayerReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** An explanation for people: what is wrong first, then every layer. */
record ExplainTable(Explanation explanation) {
    private static final int NAME_LENGTH = 40;
    private static final int MOST_FINDINGS = 10;

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Signal-to-noise of the outputs " + decibels(explanation.outputDb()) + " dB on "
                + explanation.samples() + " samples");
        lines.add("");
        findings(lines);
        TextTable table = new TextTable()
                .left("layer")
                .left("op")
                .right("SNR dB")
                .right("own")
                .right("input")
                .right("weights")
                .right("bias")
                .left("cause");
        for (LayerReport layer : explanation.layers()) {
            table.row(
                    NodeName.tail(layer.name(), NAME_LENGTH),
                    layer.op(),
                    decibels(layer.snrDb()),
                    decibels(OptionalDouble.of(layer.ownDb())),
                    decibels(OptionalDouble.of(layer.inputDb())),
                    decibels(OptionalDouble.of(layer.weightsDb())),
                    decibels(OptionalDouble.of(layer.biasDb())),
                    layer.finding().map(f -> f.cause().text()).orElse(""));
        }
        lines.addAll(table.lines());
        if (!explanation.unmatched().isEmpty()) {
            lines.add("Not found in the compressed model: " + String.join(", ", explanation.unmatched()));
        }
        lines.add(
                "SNR: of the layer's result, with the noise of all layers in front of it; own: what the layer itself adds, by"
                        + " its input's range, its weights and its bias.");
        return lines;
    }

    private void findings(List<String> lines) {
        List<Finding> all = explanation.findings();
        if (all.isEmpty()) {
            lines.add("No layer loses more than 8 bits cost anyway.");
        }
        List<Finding> told = all.stream().filter(finding -> !follows(finding)).toList();
        for (Finding finding : told.subList(0, Math.min(MOST_FINDINGS, told.size()))) {
            String about = finding.value().isEmpty() ? "" : ", value '" + finding.value() + "'";
            lines.add(finding.layer() + about + ": " + finding.cause().text());
            lines.add("    " + finding.detail()
                    + String.format(Locale.ROOT, " (%.0f dB under its signal)", -finding.noiseDb()));
            lines.add("    fix: " + finding.cause().advice() + "; costs " + cost(finding));
        }
        if (told.size() > MOST_FINDINGS) {
            lines.add("and " + (told.size() - MOST_FINDINGS) + " more");
        }
        if (told.size() < all.size()) {
            lines.add("and the ranges of " + (all.size() - told.size())
                    + " activations behind it, which were calibrated on the same data");
        }
        lines.add("");
    }

    /** Ranges that are wrong because the input's is. */
    private boolean follows(Finding finding) {
        Cause first = explanation.findings().getFirst().cause();
        return first == Cause.WRONG_INPUT_SCALE
                && finding.cause() != first
                && finding.cause().remedy() == Cause.Remedy.RECALIBRATE;
    }

    private static String cost(Finding finding) {
        if (finding.cause().remedy() == Cause.Remedy.KEEP_FLOAT) {
            return String.format(
                    Locale.ROOT,
                    "%,d bytes, and the time of a float layer ('deploy' measures it)",
                    finding.costBytes());
        }
        return finding.costBytes() == 0 ? "no bytes and no time" : finding.costBytes() + " bytes, no time";
    }

    private static String decibels(OptionalDouble value) {
        return value.isEmpty() || value.getAsDouble() >= 150
                ? "exact"
                : String.format(Locale.ROOT, "%.1f", value.getAsDouble());
    }
}
