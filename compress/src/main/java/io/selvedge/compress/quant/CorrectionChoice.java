package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Chooses corrections by what they do on samples that nothing was fitted to. The layers alone say which are worth a trial,
 * on some hundred outputs of each; the model's output, which few samples show less clearly, has to say so too, or nothing
 * is done, so that a choice does not hurt.
 */
public final class CorrectionChoice {
    private static final int MOST_SAMPLES = 16;
    private static final int LEAST_SAMPLES = 3;
    /** Graphs that are compared: the float one, the plain one and one or two more. */
    private static final int GRAPHS = 4;
    /** Multiply-accumulates of the reference evaluator, two to three seconds on one core. */
    private static final long MOST_MACS = 400_000_000;

    private static final double LEAST_GAIN_DB = 0.1;

    private CorrectionChoice() {}

    /** What was tried and what it did, in order; the corrections that were taken. */
    public record Result(Corrections corrections, List<String> trials) {
        public Result {
            trials = List.copyOf(trials);
        }
    }

    /** How many samples are to be held back for the choice; 0 where the reference evaluator would take too long for one. */
    public static int samples(Graph graph, int available) {
        long macs = Math.max(1, GraphCost.of(graph).macs());
        long affordable = Math.min(MOST_MACS / GRAPHS / macs, Math.min(MOST_SAMPLES, available / 2));
        return affordable < LEAST_SAMPLES ? 0 : (int) affordable;
    }

    /** Plain where no samples were held back. */
    public static Result choose(Calibration calibration) {
        if (calibration.held().isEmpty()) {
            return new Result(Corrections.PLAIN, List.of());
        }
        List<String> trials = new ArrayList<>();
        List<Corrections> taken = new ArrayList<>(List.of(Corrections.PLAIN));
        LayerSamples layers = calibration.heldLayers();
        double most = snr(calibration, layers, Corrections.PLAIN);
        for (UnaryOperator<Corrections> step : steps(calibration)) {
            Corrections tried = step.apply(taken.getLast());
            double found = snr(calibration, layers, tried);
            boolean better = found > most + LEAST_GAIN_DB;
            trials.add(trial(tried, "layers alone", found, most, better));
            if (better) {
                taken.add(tried);
                most = found;
            }
        }
        if (taken.size() == 1) {
            return new Result(Corrections.PLAIN, trials);
        }
        OutputNoise noise = new OutputNoise(calibration.graph(), calibration.held());
        double[] plain = noise(noise, calibration, Corrections.PLAIN);
        for (Corrections chosen : taken.reversed().subList(0, taken.size() - 1)) {
            double[] found = noise(noise, calibration, chosen);
            boolean better = isBetter(plain, found);
            trials.add(trial(chosen, "output", -mean(found), -mean(plain), better));
            if (better) {
                return new Result(chosen, trials);
            }
        }
        return new Result(Corrections.PLAIN, trials);
    }

    private static String trial(Corrections tried, String what, double found, double before, boolean better) {
        return String.format(
                Locale.ROOT,
                "%s: %s %.2f dB instead of %.2f, %s",
                tried.text(),
                what,
                found,
                before,
                better ? "taken" : "not taken");
    }

    private static List<UnaryOperator<Corrections>> steps(Calibration calibration) {
        List<UnaryOperator<Corrections>> steps = new ArrayList<>();
        if (calibration.hasUnequalLayers()) {
            steps.add(Corrections::withEqualizedLayers);
        }
        steps.add(corrections -> corrections.withCalibrator(Corrections.LEAST_OUTPUT_ERROR));
        steps.add(Corrections::withAdaptiveRounding);
        return steps;
    }

    private static double snr(Calibration calibration, LayerSamples layers, Corrections corrections) {
        return LayerNoises.of(calibration.graph(), layers, calibration.plan(corrections))
                .meanSnrDb();
    }

    private static double[] noise(OutputNoise noise, Calibration calibration, Corrections corrections) {
        return noise.of(Quantizer.quantize(calibration.graph(), calibration.plan(corrections), Set.of()));
    }

    /** By the mean over samples, and on half of them at least. */
    private static boolean isBetter(double[] before, double[] after) {
        int lower = 0;
        for (int i = 0; i < before.length; i++) {
            lower += after[i] < before[i] ? 1 : 0;
        }
        return mean(after) < mean(before) && 2 * lower >= before.length;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }
}
