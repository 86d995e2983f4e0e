package io.selvedge.jvm.program;

import java.util.List;

/** Kernels in execution order over buffers and weights. */
public record Program(
        String name,
        int arenaBytes,
        int weightBytes,
        List<Buffer> buffers,
        List<Weight> weights,
        List<Integer> inputs,
        List<Integer> outputs,
        List<Step> steps) {

    /** Constant bytes of {@code weights.bin}. */
    public record Weight(String name, int offset, int bytes) {}

    /** One kernel; {@code name} lists the graph nodes that it computes. */
    public record Step(String name, long macs, Kernel kernel) {}

    public Buffer buffer(int id) {
        return buffers.get(id);
    }
}
