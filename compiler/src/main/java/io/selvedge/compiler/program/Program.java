package io.selvedge.compiler.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /** Packed constant bytes from position to limit, 64-byte aligned in weights.bin. What is not repacked is the tensor's own memory. */
    public record Weight(String name, ByteBuffer bytes) {
        public Weight {
            bytes = bytes.asReadOnlyBuffer();
        }

        /** A view of its own, little-endian. */
        @Override
        public ByteBuffer bytes() {
            return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }

        public int byteCount() {
            return bytes.remaining();
        }
    }

    public Buffer buffer(int id) {
        return buffers.get(id);
    }
}
