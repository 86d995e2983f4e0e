package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A session's tensors for an executor, which has memory of its own. */
final class ExecutorInvocation implements Invocation {
    private final ProgramExecutor.Run run;
    private final List<ByteBuffer> tensors = new ArrayList<>();

    ExecutorInvocation(ProgramExecutor.Prepared prepared) {
        try {
            run = prepared.newRun();
        } catch (OutOfMemoryError e) {
            throw new ModelException(
                    Code.OUT_OF_MEMORY,
                    "a session's memory does not fit into the heap; close other sessions or raise -Xmx",
                    e);
        }
    }

    @Override
    public ByteBuffer tensor(TensorSpec spec) {
        try {
            ByteBuffer memory = ByteBuffer.allocateDirect(spec.byteCount()).order(ByteOrder.LITTLE_ENDIAN);
            tensors.add(memory);
            return memory;
        } catch (OutOfMemoryError e) {
            throw new ModelException(
                    Code.OUT_OF_MEMORY,
                    "tensor '" + spec.name() + "' needs " + spec.byteCount() + " bytes of direct memory ("
                            + e.getMessage() + "); close other sessions or raise -XX:MaxDirectMemorySize",
                    e);
        }
    }

    @Override
    public int run() {
        return run.runAll(tensors);
    }

    @Override
    public void runStep(int step) {
        run.runStep(tensors, step);
    }

    @Override
    public ByteBuffer arena() {
        return ByteBuffer.allocate(0);
    }

    @Override
    public void exchange(int tensor, int other) {
        java.util.Collections.swap(tensors, tensor, other);
    }
}
