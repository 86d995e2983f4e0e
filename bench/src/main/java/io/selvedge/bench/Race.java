package io.selvedge.bench;

import java.util.Arrays;
import java.util.List;

/**
 * Contenders measured in one process, in blocks that take turns, so that what the machine does besides hits all of them
 * alike. Every inference is timed on its own.
 */
final class Race {
    private static final long WARM_UP_NANOS = 400_000_000L;
    private static final long BLOCK_NANOS = 20_000_000L;

    /** Microseconds of one contender. */
    record Lap(double microsP50, double microsP10, double microsP95) {
        static Lap of(long[] nanos) {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return new Lap(at(sorted, 0.5) / 1000, at(sorted, 0.1) / 1000, at(sorted, 0.95) / 1000);
        }

        private static double at(long[] sorted, double share) {
            return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
        }
    }

    private final List<Contender> contenders;
    private final double seconds;

    /** @param seconds measured per contender */
    Race(List<Contender> contenders, double seconds) {
        this.contenders = List.copyOf(contenders);
        this.seconds = seconds;
    }

    /** One lap per contender, in their order. */
    List<Lap> run() {
        double[] each = contenders.stream().mapToDouble(Race::warmUp).toArray();
        int[] perBlock = Arrays.stream(each)
                .mapToInt(nanos -> Math.clamp(Math.round(BLOCK_NANOS / nanos), 1, 5000))
                .toArray();
        // A run longer than a block is a block; those who are quicker then take fewer turns too.
        double longest = Math.max(BLOCK_NANOS, Arrays.stream(each).max().orElse(0));
        int rounds = Math.max(9, (int) Math.round(seconds * 1e9 / longest));
        long[][] nanos = new long[perBlock.length][];
        for (int i = 0; i < perBlock.length; i++) {
            nanos[i] = new long[perBlock[i] * rounds];
        }
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < perBlock.length; turn++) {
                // The order rotates: nobody always runs behind the same other.
                int i = (turn + round) % perBlock.length;
                block(contenders.get(i), nanos[i], round * perBlock[i], perBlock[i]);
            }
        }
        return Arrays.stream(nanos).map(Lap::of).toList();
    }

    /** Nanoseconds of one run. */
    private static double warmUp(Contender contender) {
        long began = System.nanoTime();
        int runs = 0;
        do {
            contender.run();
            runs++;
        } while (System.nanoTime() - began < WARM_UP_NANOS || runs < 3);
        return (double) (System.nanoTime() - began) / runs;
    }

    private static void block(Contender contender, long[] nanos, int from, int count) {
        // The first run after another contender finds cold caches, which is not what is asked.
        contender.run();
        for (int i = from; i < from + count; i++) {
            long began = System.nanoTime();
            contender.run();
            nanos[i] = System.nanoTime() - began;
        }
    }
}
