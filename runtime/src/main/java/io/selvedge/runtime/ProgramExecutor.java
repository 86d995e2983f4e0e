package io.selvedge.runtime;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Runs a bundle's {@code program.bin} without native code; {@link java.util.ServiceLoader} finds it. {@code io.selvedge:selvedge-jvm}
 * is one. {@link Model} asks it where no library of a bundle can be loaded, or when the target {@link #TARGET} is asked for.
 */
public interface ProgramExecutor {
    /** What {@link LoadOptions#withTarget} and {@link Model#targetName} call it. */
    String TARGET = "jvm";

    /**
     * Makes a program ready; it is shared by all sessions and threads.
     *
     * @param program the bundle's {@code program.bin}
     * @param weights the bundle's {@code weights.bin}, little endian; may be read until this returns
     * @throws ModelException BAD_BUNDLE, UNSUPPORTED_VERSION or UNSUPPORTED_KERNEL
     */
    Prepared prepare(ByteBuffer program, ByteBuffer weights);

    /** A program that is ready. */
    interface Prepared {
        /** Memory for one inference at a time. */
        Run newRun();
    }

    /** One session's memory. Tensors are the program's inputs, then its outputs, little endian; which they are may change. */
    interface Run {
        /** Computes the outputs; 0, or the number of the step with bad data, counted from 1. */
        int runAll(List<ByteBuffer> tensors);

        /** Runs one step alone. */
        void runStep(List<ByteBuffer> tensors, int step);
    }
}
