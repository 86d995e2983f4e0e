package io.selvedge.compress.explain;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compress.quant.LayerNoise;
import io.selvedge.compress.quant.LayerSamples;
import io.selvedge.compress.quant.QuantizedLayer;
import io.selvedge.compress.quant.TensorQuantizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntConsumer;

/**
 * Runs an original and its compressed form on the same samples and names, layer by layer, what is lost and why. A layer is
 * judged by what it adds itself, given the original's activations, because the noise in its result is mostly that of the
 * layers in front of it.
 */
public final class Explainer {
    private static final int MOST_SAMPLES = 32;
    private static final long MOST_MACS = 400_000_000;

    /** Weights that differ more than this, in power, are in other units or other weights. */
    private static final double OTHER_UNITS = 0.05;

    private final Graph original;
    private final RememberedActivations activations;
    private final LayerSamples layers;

    /**
     * Runs the original.
     *
     * @param original simplified, in float
     * @param samples what both are run on
     * @param progress is given the number of samples run so far
     */
    public Explainer(Graph original, List<Map<String, Tensor>> samples, IntConsumer progress) {
        this.original = original;
        this.activations = new RememberedActivations(original, samples, progress);
        this.layers = LayerSamples.collect(original, samples, activations);
    }

    /** How many samples the reference evaluator runs in a few seconds. */
    public static int samples(Graph graph, int available) {
        long macs = Math.max(1, GraphCost.of(graph).macs());
        return Math.clamp(MOST_MACS / macs, 2, Math.max(2, Math.min(MOST_SAMPLES, available)));
    }

    Graph original() {
        return original;
    }

    RememberedActivations activations() {
        return activations;
    }

    LayerSamples layers() {
        return layers;
    }

    /**
     * What a compressed form loses and why.
     *
     * @param compressed simplified; inputs as the original's
     * @throws SelvedgeException SHAPE_MISMATCH when inputs or outputs differ, BAD_MODEL when no layer is found again
     */
    public Explanation explain(Graph compressed) {
        requireSameEnds(compressed);
        LayerPairs pairs = LayerPairs.of(original, compressed);
        if (pairs.pairs().isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    "no convolution or matrix product of the original is found in the compressed model, by name or by order"
                            + " and shape; give the float model that it was made from");
        }
        RememberedActivations found = new RememberedActivations(compressed, activations.samples(), _ -> {});
        Diagnosis diagnosis = new Diagnosis(original, compressed, activations);
        Map<String, List<Node>> readers = original.consumers();
        Map<String, List<Node>> compressedReaders = compressed.consumers();
        List<LayerReport> reports = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (LayerPairs.Pair pair : pairs.pairs()) {
            Node node = pair.original().node();
            Scaling scaling = Scaling.NONE;
            LayerNoise noise = noise(pair, scaling);
            if (noise.weights() > OTHER_UNITS * noise.signal()) {
                for (boolean powers : new boolean[] {true, false}) {
                    Scaling other = Scaling.of(
                            pair, activations.of(node.input(0)), found.of(source(pair.compressed())), powers);
                    LayerNoise scaled = noise(pair, other);
                    if (scaled.weights() < OTHER_UNITS * noise.weights()) {
                        scaling = other;
                        noise = scaled;
                    }
                }
            }
            List<Finding> own = diagnosis.of(pair, noise);
            findings.addAll(own);
            reports.add(new LayerReport(
                    node.name(),
                    node.op().type(),
                    snr(
                            activations.of(LayerPairs.result(original, readers, node.output())),
                            scaling.restored(found.of(LayerPairs.result(
                                    compressed,
                                    compressedReaders,
                                    pair.compressed().node().output())))),
                    noise.snrDb(),
                    LayerNoise.decibels(noise.signal(), noise.input()),
                    LayerNoise.decibels(noise.signal(), noise.weights()),
                    LayerNoise.decibels(noise.signal(), noise.bias()),
                    own.stream().findFirst()));
        }
        ValuePairs.of(original, compressed, pairs).forEach((value, quantizer) -> {
            boolean told = pairs.pairs().stream()
                    .anyMatch(pair -> pair.original().node().input(0).equals(value));
            if (!told) {
                diagnosis.of(value, quantizer).ifPresent(findings::add);
            }
        });
        // A wrong input makes everything behind it look wrong.
        findings.sort(Comparator.comparing((Finding f) -> f.cause() != Cause.WRONG_INPUT_SCALE)
                .thenComparingDouble(f -> -f.noiseDb()));
        return new Explanation(
                reports,
                pairs.unmatched(),
                findings,
                output(compressed, found),
                activations.samples().size());
    }

    private LayerNoise noise(LayerPairs.Pair pair, Scaling scaling) {
        return LayerNoise.of(pair.original(), pair.compressed(), layers.of(pair.name()), scaling::input, scaling::row);
    }

    /** What the layer reads, before it is quantised. */
    private static String source(QuantizedLayer layer) {
        return layer.input().map(TensorQuantizer::source).orElse(layer.node().input(0));
    }

    private OptionalDouble output(Graph compressed, RememberedActivations found) {
        List<Tensor> wanted = new ArrayList<>();
        List<Tensor> got = new ArrayList<>();
        for (int i = 0; i < original.outputs().size(); i++) {
            wanted.addAll(
                    activations.of(inFrontOfSoftmax(original, original.outputs().get(i))));
            got.addAll(
                    found.of(inFrontOfSoftmax(compressed, compressed.outputs().get(i))));
        }
        return snr(wanted, got);
    }

    private static String inFrontOfSoftmax(Graph graph, String output) {
        return Optional.ofNullable(graph.producers().get(output))
                .flatMap(node -> node.op().type().equals("DequantizeLinear")
                        ? Optional.ofNullable(graph.producers().get(node.input(0)))
                                .flatMap(q ->
                                        Optional.ofNullable(graph.producers().get(q.input(0))))
                        : Optional.of(node))
                .filter(node -> node.op().type().equals("Softmax"))
                .map(node -> node.input(0))
                .orElse(output);
    }

    private static OptionalDouble snr(List<Tensor> wanted, List<Tensor> found) {
        double signal = 0;
        double noise = 0;
        if (wanted.size() != found.size()) {
            return OptionalDouble.empty();
        }
        for (int i = 0; i < wanted.size(); i++) {
            float[] r = wanted.get(i).toFloats();
            float[] y = found.get(i).toFloats();
            if (r.length != y.length) {
                return OptionalDouble.empty();
            }
            for (int k = 0; k < r.length; k++) {
                signal += (double) r[k] * r[k];
                noise += ((double) r[k] - y[k]) * ((double) r[k] - y[k]);
            }
        }
        return noise > 0 ? OptionalDouble.of(LayerNoise.decibels(signal, noise)) : OptionalDouble.empty();
    }

    private void requireSameEnds(Graph compressed) {
        for (String input : original.inputs()) {
            if (!Objects.equals(original.types().get(input), compressed.types().get(input))
                    || !compressed.inputs().contains(input)) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "both models need the same inputs; the original has '" + input + "' " + original.type(input)
                                + ", the compressed one "
                                + compressed.inputs().stream()
                                        .map(name -> "'" + name + "' " + compressed.type(name))
                                        .toList()
                                + "; give the original that it was made from, or a form with float inputs");
            }
        }
        if (original.outputs().size() != compressed.outputs().size()) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "the original has " + original.outputs().size() + " outputs, the compressed model "
                            + compressed.outputs().size() + "; give the original that it was made from");
        }
    }
}
