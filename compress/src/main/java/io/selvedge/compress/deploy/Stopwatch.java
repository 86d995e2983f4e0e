package io.selvedge.compress.deploy;

import io.selvedge.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Latency of several sessions, interleaved in blocks, so that a change of the machine's speed hits all alike. */
final class Stopwatch {
    private static final long WARM_NANOS = 100_000_000;
    private static final long NANOS_EACH = 600_000_000;
    private static final long BLOCK_NANOS = 10_000_000;
    private static final int LEAST_RUNS = 50;
    private static final int FEW = 5;

    private Stopwatch() {}

    /** Median and 95th percentile of one inference. */
    record Latency(double microsP50, double microsP95) {}

    static List<Latency> measure(List<Session> sessions, ProgressListener progress) {
        return measure(sessions, BLOCK_NANOS, progress);
    }

    /**
     * The same for sessions of several threads: blocks are so long that a processor that slept while another session ran is
     * awake and at its speed for most of them, which takes milliseconds.
     */
    static List<Latency> measureThreads(List<Session> sessions, ProgressListener progress) {
        return measure(sessions, 8 * BLOCK_NANOS, progress);
    }

    private static List<Latency> measure(List<Session> sessions, long blockNanos, ProgressListener progress) {
        List<long[]> times = new ArrayList<>();
        int[] counts = new int[sessions.size()];
        int[] blocks = new int[sessions.size()];
        for (int i = 0; i < sessions.size(); i++) {
            long start = System.nanoTime();
            int runs = 0;
            while (System.nanoTime() - start < WARM_NANOS || runs < 5) {
                sessions.get(i).run();
                runs++;
            }
            long each = Math.max(1, (System.nanoTime() - start) / runs);
            blocks[i] = (int) Math.max(1, blockNanos / each);
            times.add(new long[(int) Math.max(LEAST_RUNS, Math.min(200_000, NANOS_EACH / each))]);
        }
        boolean more = true;
        while (more) {
            more = false;
            for (int i = 0; i < sessions.size(); i++) {
                long[] own = times.get(i);
                for (int k = 0; k < blocks[i] && counts[i] < own.length; k++) {
                    long start = System.nanoTime();
                    sessions.get(i).run();
                    own[counts[i]++] = System.nanoTime() - start;
                }
                more |= counts[i] < own.length;
                progress.progress("measure latency", counts[i], own.length);
            }
        }
        List<Latency> latencies = new ArrayList<>();
        for (long[] own : times) {
            Arrays.sort(own);
            latencies.add(new Latency(own[own.length / 2] / 1e3, own[own.length * 95 / 100] / 1e3));
        }
        return latencies;
    }

    /** Median of a few runs of what takes milliseconds. */
    static double medianMicros(Runnable task) {
        long[] times = new long[FEW];
        for (int i = 0; i < FEW; i++) {
            long start = System.nanoTime();
            task.run();
            times[i] = System.nanoTime() - start;
        }
        Arrays.sort(times);
        return times[FEW / 2] / 1e3;
    }

    /** Median microseconds of every step run alone, in program order, buffers as the run before left them. */
    static double[] steps(Build build) {
        return steps(build.session(), build.steps().size());
    }

    /** The same of a session that belongs to no build. */
    static double[] steps(Session session, int count) {
        double[] micros = new double[count];
        session.run();
        for (int step = 0; step < count; step++) {
            long[] own = new long[31];
            for (int k = 0; k < own.length; k++) {
                long start = System.nanoTime();
                session.profile(step);
                own[k] = System.nanoTime() - start;
            }
            Arrays.sort(own);
            micros[step] = own[own.length / 2] / 1e3;
        }
        return micros;
    }
}
