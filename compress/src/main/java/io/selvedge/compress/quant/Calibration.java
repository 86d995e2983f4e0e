package io.selvedge.compress.quant;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/** A model with samples to observe it on: makes plans, and observes only what they need, once. */
public final class Calibration {
    private static final int FITTED = 64;

    private final Graph graph;
    private final List<Map<String, Tensor>> samples;
    private final List<Map<String, Tensor>> held;
    private final ActivationSource source;
    private final IntConsumer progress;
    private final Ranges seen;
    private Optional<Ranges> scaled = Optional.empty();
    private Optional<Moments> moments = Optional.empty();
    private Optional<LayerSamples> layers = Optional.empty();

    /**
     * Observes the activations.
     *
     * @param graph simplified float graph
     * @param samples ranges are observed on all of them
     * @param held how many of the last are not used to fit anything else, so that the choice of corrections can be judged by
     *     them; at most half
     * @param progress is given the number of sample runs so far; those of {@link #of} are twice the samples
     */
    public static Calibration of(
            Graph graph, List<Map<String, Tensor>> samples, int held, ActivationSource source, IntConsumer progress) {
        return new Calibration(
                graph, samples, held, source, progress, Calibrator.calibrate(graph, samples, source, progress));
    }

    private Calibration(
            Graph graph,
            List<Map<String, Tensor>> samples,
            int held,
            ActivationSource source,
            IntConsumer progress,
            Ranges seen) {
        this.graph = graph;
        this.samples = List.copyOf(samples);
        this.held = this.samples.subList(samples.size() - Math.min(held, samples.size() / 2), samples.size());
        this.source = source;
        this.progress = progress;
        this.seen = seen;
    }

    public Graph graph() {
        return graph;
    }

    /** Samples to judge a choice by. */
    List<Map<String, Tensor>> held() {
        return held;
    }

    /** Some of the samples, from the end: those that are held back first. */
    List<Map<String, Tensor>> few(int count) {
        return samples.subList(Math.max(0, samples.size() - count), samples.size());
    }

    /** Of the model's own activations. */
    public Ranges seen() {
        return seen;
    }

    /** What the corrections need to be made. */
    public QuantizationPlan plan(Corrections corrections) {
        Ranges ranges = corrections.equalizeLayers() ? scaled() : seen;
        Ranges own = Corrections.CALIBRATORS.contains(corrections.calibrator())
                ? ranges.by(corrections.calibrator())
                : ranges;
        QuantizationPlan plan = new QuantizationPlan(
                seen, corrections.equalizeLayers(), own, Moments.NONE, corrections.biasCorrection());
        if (corrections.calibrator().equals(Corrections.LEAST_OUTPUT_ERROR)) {
            plan = plan.with(LayerNoises.bestRanges(graph, fitted(), plan));
        }
        return corrections.adaptiveRounding()
                ? new QuantizationPlan(
                        seen, corrections.equalizeLayers(), plan.ranges(), moments(), corrections.biasCorrection())
                : plan;
    }

    /** Whether there are channels that scaling would change. */
    public boolean hasUnequalLayers() {
        return !EqualizedLayers.of(graph, seen).factors().isEmpty();
    }

    private Ranges scaled() {
        if (scaled.isEmpty()) {
            EqualizedLayers layers = EqualizedLayers.of(graph, seen);
            scaled = Optional.of(
                    layers.factors().isEmpty()
                            ? seen
                            : Calibrator.calibrate(layers.graph(), samples, layers.source(source), progress));
        }
        return scaled.get();
    }

    /** What the layers multiply on the samples that are held back. */
    LayerSamples heldLayers() {
        return LayerSamples.collect(graph, held, source);
    }

    private LayerSamples fitted() {
        if (layers.isEmpty()) {
            List<Map<String, Tensor>> some = samples.subList(0, Math.min(FITTED, samples.size() - held.size()));
            layers = Optional.of(LayerSamples.collect(graph, some, source));
        }
        return layers.get();
    }

    private Moments moments() {
        if (moments.isEmpty()) {
            moments = Optional.of(Moments.collect(graph, samples.subList(0, samples.size() - held.size()), source));
        }
        return moments.get();
    }
}
