package io.selvedge.cli;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compress.data.DataSource;
import io.selvedge.compress.prune.LayerPruning;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.OptionalDouble;

/** Microseconds of graphs and of what cuts save, each measured once; or nothing where nobody measures. */
final class LayerTimes implements AutoCloseable {
    static final LayerTimes NONE = new LayerTimes(Optional.empty());

    private final Optional<PrunedLatency> latency;
    private final IdentityHashMap<Graph, Double> known = new IdentityHashMap<>();

    private LayerTimes(Optional<PrunedLatency> latency) {
        this.latency = latency;
    }

    /** @param required whether a machine that does not run the target is an error, else nothing is measured there */
    static LayerTimes of(
            Graph original, PruneOptions options, Optional<DataSource> data, ProgressLine progress, boolean required) {
        return required || PrunedLatency.isMeasured(options)
                ? new LayerTimes(Optional.of(new PrunedLatency(original, options, data, progress)))
                : NONE;
    }

    /** @throws IllegalStateException where nothing is measured */
    double micros(Graph graph) {
        return known.computeIfAbsent(graph, g -> latency.orElseThrow().micros(g));
    }

    /** What a cut takes away from the graph that it is a cut of; empty where nothing is measured. */
    OptionalDouble saved(Graph graph, LayerPruning.Finding finding) {
        return latency.isPresent()
                ? OptionalDouble.of(micros(graph) - micros(finding.shorter()))
                : OptionalDouble.empty();
    }

    @Override
    public void close() {
        latency.ifPresent(PrunedLatency::close);
    }
}
