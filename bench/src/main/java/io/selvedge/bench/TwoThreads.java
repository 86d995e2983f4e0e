package io.selvedge.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * One thread against two, apart for the times when the two processors share a cache and when they do not: the host of a virtual
 * machine moves them between its cores several times a minute, and a net is then up to twice as fast or as slow. Blocks count
 * that have the same distance before and after.
 */
final class TwoThreads {
    private static final long BLOCK_NANOS = 40_000_000L;
    private static final int LEAST_RUNS = 15;

    private final Contender one;
    private final Contender two;
    private final Map<Boolean, long[]> nearOnes = new LinkedHashMap<>();
    private final Map<Boolean, long[]> nearTwos = new LinkedHashMap<>();

    TwoThreads(Contender one, Contender two) {
        this.one = one;
        this.two = two;
    }

    /** How much faster two threads are. */
    record Gain(double near, double far) {}

    /** Takes turns for so long; a distance at which too few runs were measured has {@code NaN}. */
    Gain measure(double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        boolean before = isNear();
        while (System.nanoTime() < end) {
            long[] ones = block(one);
            long[] twos = block(two);
            boolean after = isNear();
            if (before == after) {
                nearOnes.merge(after, ones, TwoThreads::joined);
                nearTwos.merge(after, twos, TwoThreads::joined);
            }
            before = after;
        }
        return new Gain(gain(true), gain(false));
    }

    private static boolean isNear() {
        return LineTransfer.nanos() < LineTransfer.NEAR_NANOS;
    }

    private double gain(boolean near) {
        long[] ones = nearOnes.getOrDefault(near, new long[0]);
        long[] twos = nearTwos.getOrDefault(near, new long[0]);
        return twos.length < LEAST_RUNS
                ? Double.NaN
                : Race.Lap.of(ones).microsP50() / Race.Lap.of(twos).microsP50();
    }

    private static long[] block(Contender contender) {
        contender.run();
        LongStream.Builder nanos = LongStream.builder();
        long began = System.nanoTime();
        for (long now = began; now - began < BLOCK_NANOS; ) {
            contender.run();
            long then = System.nanoTime();
            nanos.add(then - now);
            now = then;
        }
        return nanos.build().toArray();
    }

    private static long[] joined(long[] a, long[] b) {
        return LongStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }
}
