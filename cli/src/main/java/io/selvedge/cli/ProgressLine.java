package io.selvedge.cli;

import io.selvedge.compress.deploy.ProgressListener;
import java.util.function.LongSupplier;

/**
 * Progress on a console's {@code err}, silent for the first two seconds. A terminal gets one line that updates, anything
 * else a line when a phase begins and every ten seconds within it.
 */
final class ProgressLine implements ProgressListener, AutoCloseable {
    private static final long QUIET_NANOS = 2_000_000_000L;
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long REPEAT_NANOS = 10_000_000_000L;
    private static final int BAR = 24;
    private static final int PHASE_WIDTH = 44;

    private final Console console;
    private final LongSupplier nanos;
    private final long began;
    private String phase = "";
    private long lastPrinted;
    private boolean lineOpen;

    ProgressLine(Console console) {
        this(console, System::nanoTime);
    }

    ProgressLine(Console console, LongSupplier nanos) {
        this.console = console;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
        this.lastPrinted = began;
    }

    @Override
    public void progress(String phase, long done, long total) {
        long now = nanos.getAsLong();
        if (now - began < QUIET_NANOS) {
            return;
        }
        boolean fresh = !phase.equals(this.phase);
        if (!fresh && now - lastPrinted < (console.interactive() ? REDRAW_NANOS : REPEAT_NANOS)) {
            return;
        }
        this.phase = phase;
        lastPrinted = now;
        long seconds = (now - began) / 1_000_000_000L;
        if (console.interactive()) {
            console.err().print("\r\033[K" + fitted(phase) + "  " + bar(done, total) + "  " + seconds + " s");
            console.err().flush();
            lineOpen = true;
        } else {
            String share = total > 0 ? ", " + done * 100 / total + " %" : "";
            console.err().println("[" + seconds + " s] " + phase + share);
        }
    }

    private static String fitted(String phase) {
        return phase.length() <= PHASE_WIDTH
                ? phase + " ".repeat(PHASE_WIDTH - phase.length())
                : phase.substring(0, PHASE_WIDTH - 1) + "…";
    }

    private static String bar(long done, long total) {
        if (total <= 0) {
            return " ".repeat(BAR + 2);
        }
        int full = (int) (BAR * Math.min(done, total) / total);
        return "[" + "#".repeat(full) + "·".repeat(BAR - full) + "]";
    }

    /** Wipes the updating line, so that what follows starts on a clean one. */
    @Override
    public void close() {
        if (lineOpen) {
            console.err().print("\r\033[K");
            console.err().flush();
            lineOpen = false;
        }
    }
}
