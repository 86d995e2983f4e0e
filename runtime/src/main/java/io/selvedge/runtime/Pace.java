package io.selvedge.runtime;

import java.util.Arrays;

/**
 * Whether a session's runs are faster on all of its threads or on the caller's alone, found by trying the other way now and then
 * (docs/adr/0028): who computes what does not change results, and a second processor is a help or a hindrance as the machine is
 * at the moment. Medians decide, so that a run that the system interrupted says nothing. Used by one thread at a time; allocates
 * nothing.
 */
final class Pace {
    /** Runs whose median counts. */
    static final int RUNS = 9;
    /** What a way must have been used for before it is timed: a processor that slept is slow for some milliseconds. */
    static final long SETTLING_NANOS = 10_000_000L;

    static final long FIRST_TRIAL_NANOS = 50_000_000L;
    static final long LAST_TRIAL_NANOS = 10_000_000_000L;
    /** A trial takes at most this share of the time. */
    private static final int SHARE = 50;
    /** The other way must be faster by some per cent, or noise would change it for ever. */
    private static final double GAIN = 0.97;

    private final long[] recent = new long[RUNS];
    private int counted;
    private boolean alone;
    private boolean trying;
    private long usual;
    /** When the present way was taken up. */
    private long since;
    /** How long until the next trial. */
    private long patience = FIRST_TRIAL_NANOS;

    Pace(long now) {
        since = now;
    }

    /** Whether the next run is the caller's alone. */
    boolean alone() {
        return alone != trying;
    }

    /** A run took so long and ended {@code now}, in nanoseconds of one clock. */
    void ran(long nanos, long now) {
        if (trying && now - since < SETTLING_NANOS) {
            return;
        }
        recent[counted++ % RUNS] = nanos;
        if (counted >= RUNS && trying) {
            judge(now);
        } else if (counted >= RUNS && now - since >= patience) {
            usual = median();
            trying = true;
            begin(now);
        }
    }

    private void judge(long now) {
        long trial = median();
        boolean better = trial < GAIN * usual;
        alone ^= better;
        trying = false;
        long cost = SHARE * (now - since);
        patience = better ? FIRST_TRIAL_NANOS : Math.min(2 * patience, LAST_TRIAL_NANOS);
        patience = Math.max(patience, cost);
        begin(now);
    }

    private void begin(long now) {
        since = now;
        counted = 0;
    }

    private long median() {
        Arrays.sort(recent);
        return recent[RUNS / 2];
    }
}
