package io.selvedge.compress.deploy;

import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How many threads a bundle's sessions have, by measurement: the fewest that are as fast as any number is. */
final class ThreadChoice {
    /** Further threads must save this part of the time: they have a cost that a loop without pauses does not show. */
    private static final double GAIN = 0.1;

    private static final double AS_FAST = 1.03;
    private static final int ALL_COUNTS = 4;

    private ThreadChoice() {}

    /** What was measured, one thread first, with one chosen; nothing where there is but one core, or the code runs on one thread. */
    static List<ThreadFinding> measure(Model model, int cores, ProgressListener progress) {
        List<Session> sessions = new ArrayList<>();
        try {
            for (int count : counts(cores)) {
                sessions.add(model.newSession(count));
                if (sessions.getLast().threads() < count) {
                    return List.of();
                }
            }
            return sessions.size() == 1 ? List.of() : chosen(sessions, Stopwatch.measureThreads(sessions, progress));
        } finally {
            sessions.forEach(Session::close);
        }
    }

    private static List<ThreadFinding> chosen(List<Session> sessions, List<Stopwatch.Latency> latencies) {
        int best = best(latencies.stream().map(Stopwatch.Latency::microsP50).toList());
        return IntStream.range(0, sessions.size())
                .mapToObj(i -> new ThreadFinding(
                        sessions.get(i).threads(),
                        latencies.get(i).microsP50(),
                        latencies.get(i).microsP95(),
                        i == best))
                .toList();
    }

    /** Position of the choice among medians, the first of which is one thread's. */
    static int best(List<Double> micros) {
        double least = micros.stream().mapToDouble(m -> m).min().orElseThrow();
        if (least > (1 - GAIN) * micros.getFirst()) {
            return 0;
        }
        return IntStream.range(0, micros.size())
                .filter(i -> micros.get(i) <= AS_FAST * least)
                .findFirst()
                .orElseThrow();
    }

    /** All numbers up to four, then ever fewer: 6, 8, 12, 16, 24. */
    static List<Integer> counts(int cores) {
        List<Integer> counts = new ArrayList<>();
        for (int count = 1; count <= cores; ) {
            counts.add(count);
            count += count < ALL_COUNTS ? 1 : Integer.highestOneBit(count) / 2;
        }
        return counts;
    }
}
