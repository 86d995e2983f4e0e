package io.selvedge.cli;

import io.selvedge.compress.deploy.ProgressListener;
import java.io.PrintWriter;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Progress on a console's {@code err}, silent for the first two seconds. A terminal gets one line that updates, anything
 * else a line when a phase begins and every ten seconds within it, also while the phase reports nothing.
 */
final class ProgressLine implements ProgressListener, AutoCloseable {
    private static final long QUIET_NANOS = 2_000_000_000L;
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long REPEAT_NANOS = 10_000_000_000L;
    private static final long TICK_MILLIS = 250;
    private static final int BAR = 24;
    private static final int PHASE_WIDTH = 44;
    /** Where a line is shown: two on one console would wipe each other. */
    private static final Set<PrintWriter> SHOWN = ConcurrentHashMap.newKeySet();

    private final Console console;
    private final LongSupplier nanos;
    private final Timer timer = new Timer("selvedge-progress", true);
    private final long began;
    private String phase = "";
    private String detail = "";
    private long done;
    private long total;
    private String printedPhase = "";
    private long lastPrinted;
    private boolean lineOpen;

    ProgressLine(Console console) {
        this(console, System::nanoTime);
        if (!SHOWN.add(console.err())) {
            throw new IllegalStateException("there is a line of progress on this console already");
        }
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        tick();
                    }
                },
                TICK_MILLIS,
                TICK_MILLIS);
    }

    /** With a clock of its own, and without the regular {@link #tick}. */
    ProgressLine(Console console, LongSupplier nanos) {
        this.console = console;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
        this.lastPrinted = began;
    }

    @Override
    public void progress(String phase, long done, long total) {
        progress(phase, done, total, "");
    }

    /** @param detail behind everything else: what changes without a new phase */
    synchronized void progress(String phase, long done, long total, String detail) {
        this.detail = detail.isEmpty() ? "" : ", " + detail;
        this.phase = phase;
        this.done = done;
        this.total = total;
        tick();
    }

    /** Prints what is due. */
    synchronized void tick() {
        long now = nanos.getAsLong();
        boolean fresh = !phase.equals(printedPhase);
        if (phase.isEmpty()
                || now - began < QUIET_NANOS
                || (!fresh && now - lastPrinted < (console.interactive() ? REDRAW_NANOS : REPEAT_NANOS))) {
            return;
        }
        printedPhase = phase;
        lastPrinted = now;
        long seconds = (now - began) / 1_000_000_000L;
        if (console.interactive()) {
            console.err().print("\r\033[K" + fitted(phase) + "  " + bar(done, total) + "  " + seconds + " s" + detail);
            console.err().flush();
            lineOpen = true;
        } else {
            String share = fresh ? "" : total > 0 ? ", " + done * 100 / total + " %" : ", still at it";
            console.err().println("[" + seconds + " s] " + phase + share + (fresh ? "" : detail));
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
    public synchronized void close() {
        timer.cancel();
        SHOWN.remove(console.err());
        phase = "";
        if (lineOpen) {
            console.err().print("\r\033[K");
            console.err().flush();
            lineOpen = false;
        }
    }
}
