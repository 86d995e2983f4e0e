package io.selvedge.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long a line of memory takes from one processor to another: two threads write one word by turns. Below some 150 nanoseconds
 * they share a cache; a virtual machine's processors may share one in one second and not in the next.
 */
final class LineTransfer {
    /** More than two processors that share a third cache take, less than two that do not. */
    static final double NEAR_NANOS = 150;

    private static final int TURNS = 1000;
    private static final int BATCHES = 5;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    /** In the middle of lines that nobody else uses. */
    private static final int PLACE = 32;

    private final long[] words = new long[2 * PLACE];

    private LineTransfer() {}

    /** Nanoseconds one way, the least of some batches of turns. */
    static double nanos() {
        return new LineTransfer().measure();
    }

    private double measure() {
        long last = (long) TURNS * BATCHES;
        Thread other = Thread.ofPlatform().daemon().start(() -> {
            for (long turn = 0; turn < last; turn++) {
                await(2 * turn + 1);
                WORD.setVolatile(words, PLACE, 2 * turn + 2);
            }
        });
        double best = Double.POSITIVE_INFINITY;
        long turn = 0;
        for (int batch = 0; batch < BATCHES; batch++) {
            long began = System.nanoTime();
            for (int i = 0; i < TURNS; i++, turn++) {
                WORD.setVolatile(words, PLACE, 2 * turn + 1);
                await(2 * turn + 2);
            }
            best = Math.min(best, (System.nanoTime() - began) / (2.0 * TURNS));
        }
        try {
            other.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return best;
    }

    private void await(long value) {
        while ((long) WORD.getVolatile(words, PLACE) != value) {
            Thread.onSpinWait();
        }
    }
}
