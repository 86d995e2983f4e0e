package io.selvedge.compress.explain;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.quant.GroupedWeights;
import io.selvedge.compress.quant.LayerNoise;
import io.selvedge.compress.quant.QuantizedLayer;
import io.selvedge.compress.quant.TensorQuantizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Rules from figures to causes, for one layer of both models. */
final class Diagnosis {
    /** Quieter noise than this, in dB under the layer's signal, is what 8 bits cost anyway. */
    private static final double TELL_DB = -30;

    private static final double UNEQUAL = 8;
    private static final double WIDE = 2;
    private static final double WRONG_INPUT = 3;
    private static final double BIAS_STEPS = 0x1p31 - 256;

    private final Graph original;
    private final Graph compressed;
    private final Map<String, Node> producers;
    private final Map<String, List<Node>> readers;
    private final RememberedActivations activations;

    Diagnosis(Graph original, Graph compressed, RememberedActivations activations) {
        this.original = original;
        this.compressed = compressed;
        this.producers = original.producers();
        this.readers = compressed.consumers();
        this.activations = activations;
    }

    /** What is wrong with a layer, worst first; empty when nothing is worth telling. */
    List<Finding> of(LayerPairs.Pair pair, LayerNoise noise) {
        List<Finding> findings = new ArrayList<>();
        double input = -LayerNoise.decibels(noise.signal(), noise.input());
        if (input > TELL_DB) {
            String value = pair.original().node().input(0);
            long floatBytes = 3L * pair.original().weights().elements();
            pair.compressed().input().ifPresent(q -> findings.add(input(pair.name(), value, q, input, floatBytes)));
        }
        // A strong channel must not hide what the others lose.
        double byRow = Arrays.stream(noise.weightsByRow())
                .map(share -> Math.min(share, 1))
                .average()
                .orElse(0);
        double weights = -LayerNoise.decibels(1, Math.max(byRow, noise.weights() / Math.max(noise.signal(), 1e-30)));
        if (weights > TELL_DB) {
            findings.add(weights(pair, noise, weights));
        } else {
            zeroChannels(pair, weights).ifPresent(findings::add);
        }
        double bias = -LayerNoise.decibels(noise.signal(), noise.bias());
        if (bias > TELL_DB) {
            findings.add(bias(pair, bias));
        }
        unfolded(pair, input).ifPresent(findings::add);
        findings.sort((a, b) -> Double.compare(b.noiseDb(), a.noiseDb()));
        return findings;
    }

    /** What is wrong with the quantiser of an activation that no layer reads; it is told under the node that makes it. */
    Optional<Finding> of(String value, TensorQuantizer quantizer) {
        List<Tensor> seen = activations.of(value);
        ValueFacts facts = ValueFacts.of(seen, quantizer);
        double db = -LayerNoise.decibels(facts.energy(), facts.clipping() + facts.rounding());
        String maker = Optional.ofNullable(producers.get(value)).map(Node::name).orElse(value);
        return seen.isEmpty() || db <= TELL_DB ? Optional.empty() : Optional.of(input(maker, value, quantizer, db, 0));
    }

    private Finding input(String pair, String value, TensorQuantizer quantizer, double db, long floatBytes) {
        ValueFacts facts = ValueFacts.of(activations.of(value), quantizer);
        double excess = facts.excess(quantizer);
        boolean first = original.inputs().contains(value);
        String range = String.format(
                Locale.ROOT,
                "range %.4g to %.4g, activations %.4g to %.4g",
                quantizer.lo(),
                quantizer.hi(),
                facts.least(),
                facts.most());
        double reach = facts.magnitude() / Math.max(1e-30, Math.max(Math.abs(quantizer.lo()), quantizer.hi()));
        if (first && (reach > WRONG_INPUT || excess > WRONG_INPUT)) {
            double factor = reach > WRONG_INPUT ? reach : 1 / excess;
            return new Finding(
                    pair,
                    value,
                    Cause.WRONG_INPUT_SCALE,
                    range + String.format(Locale.ROOT, ": the data are %.3g times what it was calibrated for", factor),
                    db,
                    0);
        }
        if (facts.clipping() > facts.rounding()) {
            return new Finding(
                    pair,
                    value,
                    Cause.SATURATION,
                    range + String.format(Locale.ROOT, ", %.2g %% of them clipped", 100 * facts.clipped()),
                    db,
                    0);
        }
        Optional<String> mismatch = mismatch(value);
        if (mismatch.isPresent()) {
            return new Finding(pair, value, Cause.MISMATCHED_RANGES, mismatch.get(), db, 0);
        }
        if (excess > WIDE) {
            return new Finding(
                    pair,
                    value,
                    Cause.RANGE_TOO_WIDE,
                    range + String.format(Locale.ROOT, ": %.1f times too wide", excess),
                    db,
                    0);
        }
        if (facts.channelRatio() > UNEQUAL) {
            return new Finding(
                    pair,
                    value,
                    Cause.UNEQUAL_CHANNELS,
                    String.format(
                            Locale.ROOT,
                            "the largest channel reaches %.4g, %.0f times what a fifth of them reach",
                            facts.magnitude(),
                            facts.channelRatio()),
                    db,
                    0);
        }
        if (facts.magnitude() > 4 * facts.bulk()) {
            return new Finding(
                    pair,
                    value,
                    Cause.OUTLIER_ACTIVATION,
                    String.format(
                            Locale.ROOT,
                            "999 of 1000 activations stay below %.4g, the largest is %.4g",
                            facts.bulk(),
                            facts.magnitude()),
                    db,
                    0);
        }
        return new Finding(pair, value, Cause.ROUNDING, range, db, floatBytes);
    }

    /** What meets in a Concat or sum that makes the value, or that the value goes into, when one of its operands is much larger. */
    private Optional<String> mismatch(String value) {
        List<Node> meetings = new ArrayList<>();
        Optional.ofNullable(producers.get(value)).ifPresent(meetings::add);
        original.nodes().stream().filter(n -> n.inputs().contains(value)).forEach(meetings::add);
        for (Node node : meetings) {
            if (!List.of("Concat", "Add").contains(node.op().type())) {
                continue;
            }
            List<String> parts = node.inputs().stream()
                    .filter(input -> !original.isConstant(input))
                    .toList();
            double[] magnitudes = parts.stream()
                    .mapToDouble(part -> activations.of(part).stream()
                            .flatMap(t -> Arrays.stream(box(t)))
                            .mapToDouble(Math::abs)
                            .max()
                            .orElse(0))
                    .toArray();
            if (ValueFacts.ratio(magnitudes, 0) > UNEQUAL) {
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < magnitudes.length; i++) {
                    texts.add(String.format(Locale.ROOT, "'%s' reaches %.4g", parts.get(i), magnitudes[i]));
                }
                return Optional.of(node.op().type() + " '" + node.name() + "': " + String.join(", ", texts));
            }
        }
        return Optional.empty();
    }

    private static Float[] box(Tensor tensor) {
        float[] values = tensor.toFloats();
        Float[] boxed = new Float[values.length];
        for (int i = 0; i < boxed.length; i++) {
            boxed[i] = values[i];
        }
        return boxed;
    }

    private Finding weights(LayerPairs.Pair pair, LayerNoise noise, double db) {
        QuantizedLayer layer = pair.compressed();
        GroupedWeights rows = GroupedWeights.of(
                pair.original().node(), pair.original().weights().shape());
        double[] largest = largest(pair.original().weights(), rows);
        boolean perTensor = layer.weightScales().filter(s -> s.elements() == 1).isPresent() && rows.rows() > 1;
        long cost = perTensor ? 8L * (rows.rows() - 1) : 0;
        if (db > -3) {
            return finding(pair, "", Cause.OTHER_WEIGHTS, "they differ by more than half of the signal", db, cost);
        }
        if (perTensor && isOneFarOut(largest)) {
            return finding(pair, "", Cause.OUTLIER_CHANNEL, outlier(largest), db, cost);
        }
        if (perTensor && rows.groups() == rows.rows()) {
            return finding(
                    pair,
                    "",
                    Cause.PER_TENSOR_DEPTHWISE,
                    String.format(
                            Locale.ROOT,
                            "one scale for %d channels whose weights differ %.0f times in size",
                            rows.rows(),
                            ValueFacts.ratio(largest, 0.2)),
                    db,
                    cost);
        }
        Optional<Finding> zero = zeroChannels(pair, db);
        if (zero.isPresent()) {
            return zero.get();
        }
        if (perTensor && ValueFacts.ratio(largest, 0.2) > UNEQUAL) {
            return finding(pair, "", Cause.OUTLIER_CHANNEL, outlier(largest), db, cost);
        }
        double worst = Arrays.stream(noise.weightsByRow()).max().orElse(0);
        return finding(
                pair,
                "",
                Cause.COARSE_WEIGHTS,
                String.format(Locale.ROOT, "worst channel %.1f dB", 10 * Math.log10(Math.max(worst, 1e-15))),
                db,
                cost);
    }

    /** Whether the largest stands alone: the second is far from it. */
    private static boolean isOneFarOut(double[] largest) {
        double[] sorted = largest.clone();
        Arrays.sort(sorted);
        return sorted.length > 2
                && sorted[sorted.length - 1] > UNEQUAL / 2 * Math.max(1e-30, sorted[(int) (0.9 * (sorted.length - 1))]);
    }

    private static String outlier(double[] largest) {
        int at = 0;
        for (int i = 0; i < largest.length; i++) {
            at = largest[i] > largest[at] ? i : at;
        }
        return String.format(
                Locale.ROOT,
                "channel %d has weights up to %.4g, %.0f times the median channel",
                at,
                largest[at],
                ValueFacts.ratio(largest, 0.5));
    }

    private static double[] largest(Tensor weights, GroupedWeights rows) {
        double[] largest = new double[rows.rows()];
        float[] w = weights.toFloats();
        for (int i = 0; i < w.length; i++) {
            int row = rows.rowOf(i);
            largest[row] = Math.max(largest[row], Math.abs(w[i]));
        }
        return largest;
    }

    private Optional<Finding> zeroChannels(LayerPairs.Pair pair, double db) {
        GroupedWeights rows = GroupedWeights.of(
                pair.original().node(), pair.original().weights().shape());
        double[] before = largest(pair.original().weights(), rows);
        double[] after = largest(pair.compressed().weights(), rows);
        long lost = 0;
        for (int i = 0; i < before.length; i++) {
            lost += before[i] > 1e-6 * Arrays.stream(before).max().orElse(0) && after[i] == 0 ? 1 : 0;
        }
        return lost == 0
                ? Optional.empty()
                : Optional.of(finding(
                        pair,
                        "",
                        Cause.ZERO_CHANNELS,
                        lost + " of " + before.length + " channels have no weight left",
                        db,
                        0));
    }

    private Finding bias(LayerPairs.Pair pair, double db) {
        Optional<Tensor> bias = pair.original().bias();
        Optional<Tensor> scales = pair.compressed().weightScales();
        if (bias.isPresent() && scales.isPresent() && pair.compressed().input().isPresent()) {
            double sx = pair.compressed().input().get().scale();
            for (int i = 0; i < bias.get().elements(); i++) {
                double unit = sx * scales.get().getFloat(scales.get().elements() == 1 ? 0 : i);
                if (Math.abs(bias.get().getFloat(i)) / unit > BIAS_STEPS) {
                    return finding(
                            pair,
                            "",
                            Cause.BIAS_OVERFLOW,
                            String.format(
                                    Locale.ROOT,
                                    "channel %d: a bias of %.4g is %.3g steps of %.3g",
                                    i,
                                    bias.get().getFloat(i),
                                    bias.get().getFloat(i) / unit,
                                    unit),
                            db,
                            0);
                }
            }
        }
        return finding(pair, "", Cause.BIAS_SHIFT, "the mean of the result moves", db, 0);
    }

    private Optional<Finding> unfolded(LayerPairs.Pair pair, double db) {
        String value = pair.compressed().node().output();
        for (int hops = 0; hops < 3; hops++) {
            List<Node> next = readers.getOrDefault(value, List.of());
            if (next.size() != 1) {
                return Optional.empty();
            }
            Node node = next.getFirst();
            boolean norm = node.op().type().equals("BatchNormalization");
            boolean affine = hops > 0
                    && List.of("Mul", "Add").contains(node.op().type())
                    && node.inputs().stream().anyMatch(compressed::isConstant);
            if (norm || affine) {
                return Optional.of(finding(
                        pair,
                        pair.original().node().output(),
                        Cause.UNFOLDED_BATCH_NORM,
                        node.op().type() + " '" + node.name() + "' behind it",
                        Math.max(db, TELL_DB),
                        0));
            }
            value = node.output();
        }
        return Optional.empty();
    }

    private static Finding finding(
            LayerPairs.Pair pair, String value, Cause cause, String detail, double db, long costBytes) {
        return new Finding(pair.name(), value, cause, detail, db, costBytes);
    }
}
