package io.selvedge.runtime;

import java.util.Arrays;

/**
 * Whether a session's runs are faster on all of its threads or on the caller's alone, found by trying the other way now and then
 * (docs/adr/0028): who computes what does not change results, and a second processor is a help or a hindrance as the machine is
 * at the moment. Medians decide, so that a run that the system interrupted says nothing. Used by one thread at a time; allocates
 * nothing.
 */
final class Pace {
    /** Runs whose median counts, and fewer of long ones. */
    static final int RUNS = 9;

    private static final int FEW_RUNS = 3;
    private static final long FEW_NANOS = 20_000_000L;
    /** What a way must have been used for before it is timed: a processor that slept is slow for some milliseconds. */
    static final long SETTLING_NANOS = 10_000_000L;

    static final long FIRST_TRIAL_NANOS = 50_000_000L;
    static final long LAST_TRIAL_NANOS = 2_000_000_000L;
    /** A trial takes at most this share of the time. */
    private static final int SHARE = 50;
    /** The other way must be faster by some per cent, or noise would change it for ever. */
    private static final double GAIN = 0.97;
    /** Runs that take so many times what they took call for a trial: the system may have moved a thread. */
    private static final double SLOWER = 1.15;

    private final long[] recent = new long[RUNS];
    private int counted;
    /** When the runs that count now began. */
    private long began;

    private boolean alone;
    private boolean trying;
    private long usual;
    /** Of the first runs since the present way was taken up, or tried in vain. */
    private long first;
    /** When the present way was taken up. */
    private long since;
    /** How long until the next trial. */
    private long patience = FIRST_TRIAL_NANOS;
    /** The same where runs have become slower. */
    private long soon = FIRST_TRIAL_NANOS;

    Pace(long now) {
        since = now;
        began = now;
    }

    /** Whether the next run is the caller's alone. */
    boolean alone() {
        return alone != trying;
    }

    /** A run took so long and ended {@code now}, in nanoseconds of one clock. */
    void ran(long nanos, long now) {
        if (trying && now - since < SETTLING_NANOS) {
            began = now;
            return;
        }
        recent[counted++] = nanos;
        if (counted < FEW_RUNS || counted < RUNS && now - began < FEW_NANOS) {
            return;
        }
        long median = median();
        counted = 0;
        began = now;
        if (trying) {
            judge(median, now);
            return;
        }
        if (first == 0) {
            first = median;
        } else if (median > SLOWER * first) {
            patience = Math.min(patience, soon);
        }
        if (now - since >= patience) {
            usual = median;
            trying = true;
            since = now;
        }
    }

    private void judge(long trial, long now) {
        boolean better = trial < GAIN * usual;
        alone ^= better;
        trying = false;
        long cost = now - since;
        patience = better ? FIRST_TRIAL_NANOS : Math.min(2 * patience, LAST_TRIAL_NANOS);
        patience = Math.max(patience, SHARE * cost);
        soon = Math.max(FIRST_TRIAL_NANOS, SHARE / 5 * cost);
        since = now;
        first = 0;
    }

    private long median() {
        Arrays.sort(recent, 0, counted);
        return recent[counted / 2];
    }
}
