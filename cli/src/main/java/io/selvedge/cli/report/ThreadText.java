package io.selvedge.cli.report;

import io.selvedge.compress.deploy.DeployResult;
import io.selvedge.compress.deploy.ThreadFinding;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What threads bring, as a clause without a full stop. */
public final class ThreadText {
    private ThreadText() {}

    /** {@code Threads of int8: 2 in the bundle (1: 1,848 us, 2: 982 us)}; nothing is said where nothing was measured. */
    public static String of(DeployResult result) {
        int chosen = result.threads().stream()
                .filter(ThreadFinding::chosen)
                .mapToInt(ThreadFinding::threads)
                .findFirst()
                .orElse(1);
        String times = result.threads().stream()
                .map(finding ->
                        finding.threads() + ": " + Quantity.latency(OptionalDouble.of(finding.latencyMicrosP50())))
                .collect(Collectors.joining(", "));
        return "Threads of " + result.featured().name() + ": " + chosen + " in the bundle (" + times
                + "); the table is about one thread";
    }
}
