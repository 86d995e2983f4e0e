package io.selvedge.compress.explain;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compress.quant.Calibration;
import io.selvedge.compress.quant.CorrectionChoice;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.compress.quant.Ranges;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Does what the findings ask for. Single ranges and layers are patched, so that all else stays as it was made; where the fix
 * is one of several layers together, or where patches leave more than {@value #WORTH_DB} dB on the table, the original is quantised
 * again as a whole. Nothing is kept that does not raise the signal-to-noise of the outputs.
 */
public final class Repair {
    private static final int ROUNDS = 3;
    private static final double WORTH_DB = 1;

    private Repair() {}

    /**
     * The repaired model.
     *
     * @param steps what was done, in order; empty when nothing helped
     */
    public record Result(Graph graph, Explanation explanation, List<String> steps) {
        public Result {
            steps = List.copyOf(steps);
        }
    }

    /** Repairs what was explained. */
    public static Result run(Explainer explainer, Graph compressed, Explanation explanation) {
        Graph original = explainer.original();
        Calibration calibration = Calibration.of(
                original,
                explainer.activations().samples(),
                CorrectionChoice.samples(
                        original, explainer.activations().samples().size()),
                explainer.activations(),
                _ -> {});
        Result best = new Result(compressed, explanation, List.of());
        for (int round = 0; round < ROUNDS; round++) {
            Result patched = patched(explainer, calibration.seen(), best);
            if (outputDb(patched) <= outputDb(best) + 0.1) {
                break;
            }
            best = patched;
        }
        CorrectionChoice.Result choice = CorrectionChoice.choose(calibration);
        Graph again = Quantizer.quantize(original, calibration.plan(choice.corrections()), Set.of());
        Result fresh = with(
                explainer,
                best,
                again,
                "quantised again from the original"
                        + (choice.corrections().text().isEmpty()
                                ? ""
                                : ": " + choice.corrections().text()));
        if (outputDb(fresh) > outputDb(best) + WORTH_DB) {
            best = fresh;
        }
        Set<String> floats = layers(best.explanation(), Set.of(Cause.Remedy.KEEP_FLOAT), -20);
        if (!floats.isEmpty()) {
            Graph mixed = Patch.apply(
                    original,
                    best.graph(),
                    LayerPairs.of(original, best.graph()),
                    calibration.seen(),
                    Set.of(),
                    Set.of(),
                    floats);
            Result partly = with(explainer, best, mixed, "kept in float: " + String.join(", ", floats));
            best = outputDb(partly) > outputDb(best) + WORTH_DB ? partly : best;
        }
        return best;
    }

    private static Result patched(Explainer explainer, Ranges ranges, Result before) {
        Set<String> values = new HashSet<>();
        for (Finding finding : before.explanation().findings()) {
            if (finding.cause().remedy() == Cause.Remedy.RECALIBRATE) {
                values.add(finding.value());
            }
        }
        Set<String> layers = layers(before.explanation(), Set.of(Cause.Remedy.WEIGHTS_PER_CHANNEL), -200);
        if (values.isEmpty() && layers.isEmpty()) {
            return before;
        }
        List<String> what = new ArrayList<>();
        if (!values.isEmpty()) {
            what.add("calibrated again: "
                    + String.join(", ", values.stream().sorted().toList()));
        }
        if (!layers.isEmpty()) {
            what.add("weights quantised again: "
                    + String.join(", ", layers.stream().sorted().toList()));
        }
        Graph graph = Patch.apply(
                explainer.original(),
                before.graph(),
                LayerPairs.of(explainer.original(), before.graph()),
                ranges,
                values,
                layers,
                Set.of());
        return with(explainer, before, graph, String.join("; ", what));
    }

    private static Set<String> layers(Explanation explanation, Set<Cause.Remedy> remedies, double leastDb) {
        Set<String> layers = new java.util.TreeSet<>();
        for (Finding finding : explanation.findings()) {
            if (remedies.contains(finding.cause().remedy()) && finding.noiseDb() > leastDb) {
                layers.add(finding.layer());
            }
        }
        return layers;
    }

    private static Result with(Explainer explainer, Result before, Graph graph, String step) {
        Explanation explanation = explainer.explain(graph);
        List<String> steps = new ArrayList<>(before.steps());
        steps.add(String.format(
                Locale.ROOT,
                "%s (%.1f dB to %.1f dB)",
                step,
                before.explanation().outputDb().orElse(150),
                explanation.outputDb().orElse(150)));
        return new Result(graph, explanation, steps);
    }

    private static double outputDb(Result result) {
        return result.explanation().outputDb().orElse(150);
    }
}
