package io.selvedge.testkit.fuzz;

import com.sun.management.ThreadMXBean;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.runtime.ModelException;
import java.lang.management.ManagementFactory;

/**
 * What reading a file may throw and cost, whatever the file holds: a coded error, and seconds. What it may hold at a time is
 * the heap of {@code ./selvedge fuzz}, 512 MB; what it allocates in all is more, pass after pass.
 */
final class Bounds {
    private static final long CPU_MILLIS = 4_000;
    private static final long ALLOCATED_MEGABYTES = 3_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Time of the thread, not of the clock: other processes may be busy. */
    private record Cost(long cpuMillis, long megabytes) {
        static Cost soFar() {
            return new Cost(
                    THREADS.getCurrentThreadCpuTime() / 1_000_000, THREADS.getCurrentThreadAllocatedBytes() >> 20);
        }

        boolean isTooMuch() {
            return cpuMillis > CPU_MILLIS || megabytes > ALLOCATED_MEGABYTES;
        }
    }

    private Bounds() {}

    static void check(Runnable reading) {
        // What the first run spends on loading classes does not count.
        if (cost(reading).isTooMuch()) {
            Cost again = cost(reading);
            if (again.isTooMuch()) {
                throw new AssertionError(
                        "took " + again.cpuMillis + " ms of CPU time and allocated " + again.megabytes + " MB");
            }
        }
    }

    private static Cost cost(Runnable reading) {
        Cost before = Cost.soFar();
        try {
            reading.run();
        } catch (SelvedgeException | ModelException expected) {
            if (expected.getMessage() == null || expected.getMessage().isBlank()) {
                throw new AssertionError("an error without a message", expected);
            }
        }
        Cost after = Cost.soFar();
        return new Cost(after.cpuMillis - before.cpuMillis, after.megabytes - before.megabytes);
    }
}
