package io.selvedge.bench;

import io.selvedge.bench.onednn.OneDnnLayer;
import io.selvedge.compiler.ir.Graph;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A single layer in oneDNN. */
final class OneDnnContender implements Contender {
    private final OneDnnLayer layer;

    OneDnnContender(Graph graph, Sample sample) {
        this.layer = new OneDnnLayer(graph);
        layer.fill(MemorySegment.ofBuffer(
                Objects.requireNonNull(sample.bytes().get(graph.inputs().getFirst()))
                        .duplicate()
                        .rewind()));
    }

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public String version() {
        return OneDnnLayer.version();
    }

    @Override
    public void run() {
        layer.run();
    }

    @Override
    public float[][] outputs() {
        return new float[][] {layer.output()};
    }

    @Override
    public void close() {
        // The library's objects live as long as the process.
    }
}
