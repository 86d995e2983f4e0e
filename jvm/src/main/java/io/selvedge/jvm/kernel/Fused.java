package io.selvedge.jvm.kernel;

/** {@code a * b + c}, rounded once where this machine has an instruction for it. */
public final class Fused {
    private static final int CALLS = 200;
    private static final long SLOW_NANOS = 400;

    /** Without the instruction Java computes with big decimals, a hundred times slower; then there are two roundings, as in native code. */
    private static final boolean FAST = isFast();

    private Fused() {}

    private static boolean isFast() {
        long best = Long.MAX_VALUE;
        float sum = 0;
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                sum = Math.fma(sum, 0.3f, 1.7f);
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        return best < CALLS * SLOW_NANOS && sum > 0;
    }

    /** Whether products and sums are rounded once. */
    public static boolean isOneRounding() {
        return FAST;
    }

    static float multiplyAdd(float a, float b, float c) {
        return FAST ? Math.fma(a, b, c) : a * b + c;
    }
}
