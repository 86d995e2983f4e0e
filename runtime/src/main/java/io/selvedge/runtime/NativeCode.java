package io.selvedge.runtime;

import java.nio.ByteBuffer;

/**
 * The calls into one loaded library. Public only because the class that implements it lives in a class loader of its
 * own; use {@link Session}, which checks what these calls do not.
 */
public interface NativeCode {
    /** Where a direct buffer's memory begins. */
    long addressOf(ByteBuffer direct);

    /** Version of these calls that the library was made for. */
    int abiVersion();

    /** Fills {@code prepared} with what is computed from the weights once. */
    void prepareWeights(long weights, long prepared);

    /**
     * Runs the whole program.
     *
     * @return 0 when it succeeded, n when step n - 1 found data that it cannot use, a negative number for any other failure
     */
    int runAll(long weights, long tensors, long arena, int thread, int threads);

    /** Runs one step of the program alone. */
    void runStep(long weights, long tensors, long arena, int step);
}
