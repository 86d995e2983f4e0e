package io.selvedge.runtime;

import java.nio.ByteBuffer;

/** What one session calls: native code or an executor, with the memory that it works on. */
interface Invocation {
    /** Memory of the next tensor, inputs first, then outputs. */
    ByteBuffer tensor(TensorSpec spec);

    /** 0, a step's number plus one where its data is bad, or less than 0. */
    int run();

    void runStep(int step);

    /** Working memory; empty where it is no native memory. */
    ByteBuffer arena();

    /** How many threads compute a run, the caller's among them. */
    default int threads() {
        return 1;
    }

    /** The end of its use: further threads have ended when this returns. */
    default void end() {}

    /** Tells further threads to end, without waiting; does not refer to this. */
    default Runnable dismissal() {
        return () -> {};
    }

    /** Two tensors exchange their memory. */
    void exchange(int tensor, int other);
}
