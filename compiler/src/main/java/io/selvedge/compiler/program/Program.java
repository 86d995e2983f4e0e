package io.selvedge.compiler.program;

import java.util.List;

/** Kernels in execution order over buffers and weights. Input buffers come first in the io table, then outputs. */
public record Program(
        String name,
        List<Buffer> buffers,
        List<Weight> weights,
        List<Step> steps,
        List<Integer> inputs,
        List<Integer> outputs) {
    public Program {
        buffers = List.copyOf(buffers);
        weights = List.copyOf(weights);
        steps = List.copyOf(steps);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** One kernel; {@code name} lists the graph nodes that it computes, for comments and reports. MACs for reports. */
    public record Step(String name, Kernel kernel, long macs) {}

    /** Packed constant bytes, 64-byte aligned in weights.bin. */
    public record Weight(String name, byte[] bytes) {}

    public Buffer buffer(int id) {
        return buffers.get(id);
    }
}
