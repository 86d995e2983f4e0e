package io.selvedge.bench;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A TFLite file in TFLite with XNNPACK. */
final class TfliteContender implements Contender {
    private final Graph graph;
    private final TfliteRuntime runtime;

    TfliteContender(byte[] file, Graph graph, Sample sample) {
        this.graph = graph;
        this.runtime = new TfliteRuntime(file);
        fill(sample);
    }

    /** Puts in other values of the same types. */
    void fill(Sample sample) {
        for (int i = 0; i < graph.inputs().size(); i++) {
            ByteBuffer bytes =
                    Objects.requireNonNull(sample.bytes().get(graph.inputs().get(i)));
            runtime.input(i).copyFrom(MemorySegment.ofBuffer(bytes.duplicate().rewind()));
        }
    }

    @Override
    public String name() {
        return "tflite-xnnpack";
    }

    @Override
    public String version() {
        return TfliteRuntime.version();
    }

    @Override
    public void run() {
        runtime.run();
    }

    @Override
    public float[][] outputs() {
        float[][] values = new float[graph.outputs().size()][];
        for (int o = 0; o < values.length; o++) {
            byte[] bytes = runtime.output(o).toArray(ValueLayout.JAVA_BYTE);
            values[o] = Tensor.of(graph.type(graph.outputs().get(o)), bytes).toFloats();
        }
        return values;
    }

    @Override
    public void close() {
        runtime.close();
    }
}
