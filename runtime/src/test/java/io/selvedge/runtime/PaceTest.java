package io.selvedge.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** On a clock of the test's own. */
final class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    private long team = 60_000;
    private long now;
    private final Pace pace = new Pace(now);

    /** Share of the runs of so many seconds that were the caller's alone; {@code nanos} of a run that is, by its number. */
    private double aloneFor(double seconds, IntToLongFunction nanos) {
        long end = now + (long) (seconds * SECOND);
        int runs = 0;
        int alone = 0;
        while (now < end) {
            long took = pace.alone() ? nanos.applyAsLong(runs) : team;
            alone += pace.alone() ? 1 : 0;
            runs++;
            now += took;
            pace.ran(took, now);
        }
        return alone / (double) runs;
    }

    @Test
    void threads_that_help_are_used() {
        assertThat(aloneFor(20, run -> 100_000)).isBetween(0.0001, 0.02);
    }

    @Test
    void threads_that_hinder_are_left_out() {
        aloneFor(1, run -> 40_000);
        assertThat(pace.alone()).isTrue();
        assertThat(aloneFor(20, run -> 40_000)).isGreaterThan(0.98);
    }

    @Test
    void what_changes_is_noticed() {
        aloneFor(30, run -> 40_000);
        aloneFor(15, run -> 100_000);
        assertThat(aloneFor(5, run -> 100_000)).isLessThan(0.05);
    }

    @Test
    void a_team_that_has_become_slow_is_left_soon() {
        aloneFor(30, run -> 100_000);
        team = 160_000;
        aloneFor(0.5, run -> 100_000);
        assertThat(aloneFor(5, run -> 100_000)).isGreaterThan(0.95);
    }

    @Test
    void interrupted_runs_decide_nothing() {
        // One run in three of those alone is interrupted for milliseconds; the others are faster than a team's.
        assertThat(aloneFor(20, run -> run % 3 == 0 ? 8_000_000 : 40_000)).isGreaterThan(0.5);
    }

    @Test
    void long_runs_are_not_tried_for_long() {
        long took = 0;
        long tried = 0;
        while (took < 100 * SECOND) {
            long nanos = pace.alone() ? SECOND / 10 : SECOND / 20;
            tried += pace.alone() ? nanos : 0;
            took += nanos;
            now += nanos;
            pace.ran(nanos, now);
        }
        assertThat(tried / (double) took).isBetween(0.001, 0.04);
    }
}
