package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Weights in 8 bits, symmetric per output channel in [-127, 127]: {@code w' = scale * step}.
 *
 * @param steps in the order of the weights
 * @param meanErrors {@code sum (w - w') E[x]} by output channel: what the bias takes back
 * @param axis of the weights that counts the output channels
 */
public record QuantizedWeights(byte[] steps, float[] scales, double[] meanErrors, int axis) {
    private static final int MOST = 127;
    private static final double BIAS_LIMIT = 1L << 30;

    /**
     * Rounds to nearest, or adaptively where the moments of the layer's inputs are known.
     *
     * @param inputScale of the input, which the bias is a multiple of
     * @param input what was seen of it
     * @param known scales that the weights are whole multiples of
     * @param factors of the inputs' channels by value, where they are not as {@code moments} saw them
     */
    public static QuantizedWeights of(
            Graph graph,
            Node node,
            float inputScale,
            Range input,
            Moments moments,
            Map<String, float[]> factors,
            Optional<float[]> known) {
        Tensor w = graph.constant(node.input(1)).orElseThrow();
        GroupedWeights rows = GroupedWeights.of(node, w.shape());
        float[] values = w.toFloats();
        float[] bias =
                node.hasInput(2) ? graph.constant(node.input(2)).orElseThrow().toFloats() : new float[rows.rows()];
        float[] scales = known.map(float[]::clone).orElseGet(() -> new float[rows.rows()]);
        for (int i = 0; i < values.length && known.isEmpty(); i++) {
            int row = rows.rowOf(i);
            scales[row] = Math.max(scales[row], Math.abs(values[i]) / MOST);
        }
        for (int c = 0; c < scales.length; c++) {
            scales[c] = (float) Math.max(scales[c], Math.max(Math.abs(bias[c]) / (inputScale * BIAS_LIMIT), 1e-30));
        }
        InputChannels inputs =
                InputChannels.of(node, w.shape(), input.channels().size());
        Optional<InputMoments> seen = known.isPresent() ? Optional.empty() : moments.of(node);
        float[] own = factors.getOrDefault(node.input(0), new float[0]);
        byte[] steps = new byte[values.length];
        double[] errors = new double[scales.length];
        double[] covariance = new double[0];
        for (int row = 0; row < scales.length; row++) {
            double[] inSteps = new double[rows.depth()];
            double[] means = new double[rows.depth()];
            double[] scaling = new double[rows.depth()];
            for (int at = 0; at < inSteps.length; at++) {
                int index = rows.index(row, at);
                int channel = inputs.ofWeight(index);
                inSteps[at] = values[index] / scales[row];
                scaling[at] = own.length == 0 ? 1 : own[channel];
                int group = rows.groupOf(row);
                int place = at;
                means[at] = seen.map(m -> m.mean(group, place) * scaling[place])
                        .orElseGet(() -> (double) input.channels().get(channel).mean());
            }
            if (seen.isPresent() && row % (rows.rows() / rows.groups()) == 0) {
                covariance = seen.get().covariance(rows.groupOf(row), scaling);
            }
            int[] rounded = seen.isPresent() ? AdaptiveRounding.round(inSteps, covariance, MOST) : nearest(inSteps);
            for (int at = 0; at < rounded.length; at++) {
                int index = rows.index(row, at);
                steps[index] = (byte) rounded[at];
                errors[row] += (values[index] - rounded[at] * (double) scales[row]) * means[at];
            }
        }
        return new QuantizedWeights(steps, scales, errors, rows.axis());
    }

    private static int[] nearest(double[] inSteps) {
        return Arrays.stream(inSteps)
                .mapToInt(w -> Math.clamp((long) Math.rint(w), -MOST, MOST))
                .toArray();
    }
}
