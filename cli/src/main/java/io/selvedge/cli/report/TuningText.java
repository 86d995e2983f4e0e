package io.selvedge.cli.report;

import io.selvedge.compress.deploy.Candidate;
import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.LayerFinding;
import io.selvedge.compress.tune.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What timing changed of the outcome's candidate. */
public final class TuningText {
    private TuningText() {}

    /** A sentence, and a line for every layer; nothing where --tune was not given. */
    public static List<String> of(DeployResult result) {
        if (!result.options().containsKey("tune")) {
            return List.of();
        }
        Candidate candidate = result.featured();
        List<LayerFinding> tuned = candidate.layers().stream()
                .filter(layer -> layer.tuned().isPresent())
                .toList();
        if (tuned.isEmpty()) {
            return List.of("Timing (--tune) found no form of " + candidate.name()
                    + "'s kernels that is faster here than what the cost model takes.");
        }
        double was = 0;
        double is = 0;
        List<String> lines = new ArrayList<>();
        for (LayerFinding layer : tuned) {
            Choice choice = layer.tuned().orElseThrow();
            was += choice.wasMicros();
            is += choice.micros();
            lines.add("  " + layer.name() + ": " + choice.was() + " -> " + choice.form() + ", "
                    + times(choice.wasMicros(), choice.micros()));
        }
        lines.addFirst(String.format(
                Locale.ROOT,
                "Timing (--tune) changed %d of %d layers of %s, together %s:",
                tuned.size(),
                candidate.layers().size(),
                candidate.name(),
                times(was, is)));
        return lines;
    }

    private static String times(double was, double is) {
        return Quantity.latency(OptionalDouble.of(was)) + " -> " + Quantity.latency(OptionalDouble.of(is));
    }
}
