package io.selvedge.runtime;

import java.nio.ByteBuffer;

/**
 * A session's native memory: the arena, and the table of the tensors' addresses with those of the prepared weights and of what
 * threads share behind.
 */
final class NativeInvocation implements Invocation {
    private final NativeCode code;
    private final NativeMemory weights;
    private final NativeMemory arena;
    private final NativeMemory table;
    private final Team team;
    private int allocated;

    NativeInvocation(
            String name, Binding binding, NativeCode code, NativeMemory weights, NativeMemory prepared, int threads) {
        this.code = code;
        this.weights = weights;
        arena = NativeMemory.allocate(code, (int) binding.arenaBytes(), "the arena");
        int tensors = binding.inputs().size() + binding.outputs().size();
        table = NativeMemory.allocate(code, (tensors + 2) * Long.BYTES, "the table of tensors");
        table.bytes().putLong(tensors * Long.BYTES, prepared.address());
        team = Team.of(name, code, weights, table, arena, threads);
        table.bytes().putLong((tensors + 1) * Long.BYTES, team.address());
    }

    @Override
    public ByteBuffer tensor(TensorSpec spec) {
        NativeMemory memory = NativeMemory.allocate(code, spec.byteCount(), "tensor '" + spec.name() + "'");
        table.bytes().putLong(allocated++ * Long.BYTES, memory.address());
        return memory.bytes();
    }

    @Override
    public int run() {
        return team.run();
    }

    @Override
    public int threads() {
        return team.threads();
    }

    @Override
    public void end() {
        team.end();
    }

    @Override
    public Runnable dismissal() {
        return team::dismiss;
    }

    @Override
    public void runStep(int step) {
        code.runStep(weights.address(), table.address(), arena.address(), step);
    }

    @Override
    public ByteBuffer arena() {
        return arena.bytes().clear();
    }

    @Override
    public void exchange(int tensor, int other) {
        long address = table.bytes().getLong(tensor * Long.BYTES);
        table.bytes().putLong(tensor * Long.BYTES, table.bytes().getLong(other * Long.BYTES));
        table.bytes().putLong(other * Long.BYTES, address);
    }
}
