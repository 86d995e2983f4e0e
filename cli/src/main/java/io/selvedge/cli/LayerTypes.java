package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compress.deploy.LevelsTrial;
import io.selvedge.compress.quant.ActivationGrid;
import io.selvedge.compress.quant.Calibration;
import io.selvedge.compress.quant.Levels;
import io.selvedge.compress.quant.LevelsChoice;
import io.selvedge.compress.quant.QuantizationPlan;
import io.selvedge.compress.quant.Quantizer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code --weights auto}: a type for every layer, so that the weights of a coded bundle keep a number of bytes.
 *
 * @param maxBytes of them
 * @param floatAllowed whether layers may stay in float, where that is no slower
 */
record LayerTypes(
        LevelsTrial trial, List<String> nodes, ActivationGrid activations, long maxBytes, boolean floatAllowed) {
    private static final int ROUNDS = 4;

    /** The choice as it is coded in truth: what the estimate was short of is taken off the limit, until it fits.
     *  @throws SelvedgeException NO_CANDIDATE_FITS */
    LevelsChoice.Chosen chosen(Calibration calibration) {
        Graph graph = calibration.graph();
        QuantizationPlan plan = QuantizationPlan.plain(calibration.seen());
        LevelsChoice.Times times = floatAllowed
                ? trial.times(Quantizer.quantize(
                        graph, plan, Set.of(), new Levels(java.util.Map.of(), java.util.Map.of(), activations)))
                : LevelsChoice.Times.NONE;
        LevelsChoice choice = new LevelsChoice(calibration, nodes, activations, times);
        double limit = maxBytes;
        long coded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            LevelsChoice.Chosen chosen = choice.within(Math.max(1, limit));
            coded = trial.codedWeightBytes(Quantizer.quantize(graph, plan, chosen.keepFloat(), chosen.levels()));
            if (coded <= maxBytes) {
                String line = String.format(Locale.ROOT, "Weights in a coded bundle: %,d bytes", coded);
                return new LevelsChoice.Chosen(
                        chosen.levels(),
                        chosen.keepFloat(),
                        Stream.concat(chosen.lines().stream(), Stream.of(line)).toList());
            }
            limit -= coded - maxBytes;
        }
        throw new SelvedgeException(
                ErrorCode.NO_CANDIDATE_FITS,
                "the weights need " + coded + " bytes in a coded bundle, and --max-weight-bytes allows " + maxBytes
                        + "; allow more, or cut filters first");
    }
}
