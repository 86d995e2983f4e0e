package io.selvedge.runtime;

import java.nio.ByteBuffer;

/**
 * Binds to the functions that every generated library exports; their names contain the name of this class. Java binds
 * one library to one class, so {@link LibraryLoader} defines this class anew for every library but the first: never use it
 * directly.
 */
final class NativeEntry implements NativeCode {
    @SuppressWarnings("restricted")
    NativeEntry(String library) {
        System.load(library);
    }

    static native long address(ByteBuffer direct);

    static native int abi();

    static native int run(long weights, long io, long arena, int thread, int threads);

    static native int prepare(long weights, long prepared);

    static native long team(int threads);

    static native long profile(long weights, long io, long arena, int step);

    @Override
    public long addressOf(ByteBuffer direct) {
        return address(direct);
    }

    @Override
    public int abiVersion() {
        return abi();
    }

    @Override
    public long teamBytes(int threads) {
        return team(threads);
    }

    @Override
    public int runAll(long weights, long tensors, long arena, int thread, int threads) {
        return run(weights, tensors, arena, thread, threads);
    }

    @Override
    public void prepareWeights(long weights, long prepared) {
        prepare(weights, prepared);
    }

    @Override
    public void runStep(long weights, long tensors, long arena, int step) {
        profile(weights, tensors, arena, step);
    }
}
