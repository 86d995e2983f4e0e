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

    /** Two tensors exchange their memory. */
    void exchange(int tensor, int other);
}
