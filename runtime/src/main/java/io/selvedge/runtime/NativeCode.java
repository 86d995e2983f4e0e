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

    /** Bytes, zeros at first, that so many threads need to run the program together; 0 where they cannot. */
    default long teamBytes(int threads) {
        return 0;
    }

    /** Fills {@code prepared} with what is computed from the weights once. */
    void prepareWeights(long weights, long prepared);

    /**
     * Runs the whole program, or helps to: every thread of a team calls this with its own number and the same of everything else.
     * The table of tensors holds their addresses, that of the prepared weights and, where threads is above 1, the team's.
     *
     * @param thread 0 for the one that the result is for
     * @param threads how many may take part
     * @return for a thread above 0 whether thread 0 did not come for some milliseconds; for thread 0 0 when it succeeded, n when step n - 1 found data that it cannot use, a negative number for any other failure
     */
    int runAll(long weights, long tensors, long arena, int thread, int threads);

    /** Runs one step of the program alone. */
    void runStep(long weights, long tensors, long arena, int step);
}
