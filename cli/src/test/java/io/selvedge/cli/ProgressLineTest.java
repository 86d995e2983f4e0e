package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {
    private final AtomicLong nanos = new AtomicLong(5);
    private final StringWriter err = new StringWriter();

    private ProgressLine line(boolean interactive) {
        Console console = new Console(new PrintWriter(new StringWriter()), new PrintWriter(err), interactive, false);
        return new ProgressLine(console, nanos::get);
    }

    private void pass(double seconds) {
        nanos.addAndGet((long) (seconds * 1e9));
    }

    @Test
    void what_is_over_in_two_seconds_shows_nothing() {
        try (ProgressLine progress = line(false)) {
            progress.progress("compile", 0, 0);
            pass(1.9);
            progress.progress("calibrate", 50, 100);
            progress.tick();
        }
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void a_file_gets_a_line_for_a_phase_and_one_every_ten_seconds() {
        try (ProgressLine progress = line(false)) {
            progress.progress("compile", 0, 0);
            pass(2);
            progress.tick();
            pass(9);
            progress.tick();
            pass(1);
            progress.tick();
            progress.progress("calibrate", 0, 200);
            pass(4);
            progress.progress("calibrate", 100, 200);
            pass(7);
            progress.progress("calibrate", 150, 200);
        }
        assertThat(err.toString().lines())
                .containsExactly(
                        "[2 s] compile", "[12 s] compile, still at it", "[12 s] calibrate", "[23 s] calibrate, 75 %");
    }

    @Test
    void a_terminal_gets_one_line_that_counts_on_and_is_wiped() {
        try (ProgressLine progress = line(true)) {
            progress.progress("compile", 0, 0);
            pass(3);
            progress.tick();
            pass(1);
            progress.tick();
            progress.progress("measure accuracy of a candidate with a very long name", 1, 2);
        }
        String[] drawn = err.toString().split("\r\033\\[K", -1);
        assertThat(drawn[1]).startsWith("compile ").endsWith(" 3 s");
        assertThat(drawn[2]).startsWith("compile ").endsWith(" 4 s");
        assertThat(drawn[3]).contains("… ").contains("[############············]");
        assertThat(drawn[4]).isEmpty();
        assertThat(err.toString()).doesNotContain("\n");
    }
}
