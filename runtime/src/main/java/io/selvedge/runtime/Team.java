package io.selvedge.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that compute one session's runs: the caller's, and daemons that are started at the first run and sleep between runs.
 * Nobody waits for a daemon that has not begun to work, so that one that is late, or cannot be started, costs no more than the
 * help that it does not give; where all of them together are slower than the caller alone, they sleep. Knows nothing of its session, so that one that is never closed can be collected.
 */
final class Team {
    /** Some ten microseconds: the next run often follows at once, and waking a thread costs as much. */
    private static final int SPINS = 500;

    private static final int NOTHING_TO_DO = 1;

    private final NativeCode code;
    private final NativeMemory weights;
    private final NativeMemory table;
    private final NativeMemory arena;
    /** What the threads share, and the workers' scratch memory; the table holds its address. */
    private final NativeMemory memory;

    private final int threads;
    private final List<Worker> workers;
    private final Pace pace = new Pace(System.nanoTime());
    private boolean started;
    private volatile int begun;
    private volatile int ended;
    private volatile boolean over;

    private Team(
            String name,
            NativeCode code,
            NativeMemory weights,
            NativeMemory table,
            NativeMemory arena,
            NativeMemory memory,
            int threads) {
        this.code = code;
        this.weights = weights;
        this.table = table;
        this.arena = arena;
        this.memory = memory;
        this.threads = threads;
        workers = new ArrayList<>();
        for (int number = 1; number < threads; number++) {
            workers.add(new Worker(this, number, "selvedge-" + name + "-" + number));
        }
    }

    /** A team of so many threads, of one where the code runs on one only. */
    static Team of(
            String name, NativeCode code, NativeMemory weights, NativeMemory table, NativeMemory arena, int threads) {
        long bytes = threads > 1 ? code.teamBytes(threads) : 0;
        NativeMemory memory = NativeMemory.allocate(code, (int) bytes, "what " + threads + " threads share");
        return new Team(name, code, weights, table, arena, memory, bytes > 0 ? threads : 1);
    }

    /** Where the memory is that the threads share. */
    long address() {
        return memory.address();
    }

    int threads() {
        return threads;
    }

    /** One run, by the only thread that may call now: on all threads, or on this one where that is faster. */
    int run() {
        if (threads == 1) {
            return alone();
        }
        long began = System.nanoTime();
        int status = pace.alone() ? alone() : together();
        long now = System.nanoTime();
        pace.ran(now - began, now);
        return status;
    }

    private int alone() {
        return code.runAll(weights.address(), table.address(), arena.address(), 0, 1);
    }

    private int together() {
        if (!started) {
            started = true;
            for (Worker worker : workers) {
                worker.start();
            }
        }
        int run = begun + 1;
        begun = run;
        for (int i = 0; i < workers.size(); i++) {
            workers.get(i).wake();
        }
        try {
            return work(0);
        } finally {
            ended = run;
        }
    }

    private int work(int thread) {
        return code.runAll(weights.address(), table.address(), arena.address(), thread, threads);
    }

    /** Ends the workers; within the few milliseconds for which the native code may wait. */
    void end() {
        dismiss();
        if (started) {
            for (Worker worker : workers) {
                worker.join();
            }
        }
    }

    /** Tells the workers to end, and waits for none. */
    void dismiss() {
        over = true;
        for (Worker worker : workers) {
            worker.wake();
        }
    }

    /** A thread that helps. */
    private static final class Worker implements Runnable {
        private final Team team;
        private final int number;
        private final Thread thread;
        private volatile boolean asleep;

        Worker(Team team, int number, String name) {
            this.team = team;
            this.number = number;
            thread = new Thread(null, this, name, 0, false);
            thread.setDaemon(true);
        }

        void start() {
            try {
                thread.start();
            } catch (OutOfMemoryError tooManyThreads) {
                // The others do its work.
            }
        }

        void wake() {
            if (asleep) {
                LockSupport.unpark(thread);
            }
        }

        void join() {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void run() {
            int seen = 0;
            while (!team.over) {
                int run = team.begun;
                if (run == seen) {
                    await(seen);
                } else {
                    // The run may begin with what thread 0 does alone, and take long for it.
                    boolean helped;
                    do {
                        helped = team.work(number) != NOTHING_TO_DO;
                    } while (!helped && team.ended != run && !team.over);
                    seen = run;
                }
            }
        }

        private void await(int seen) {
            for (int i = 0; i < SPINS && team.begun == seen && !team.over; i++) {
                Thread.onSpinWait();
            }
            asleep = true;
            while (team.begun == seen && !team.over) {
                LockSupport.park(team);
                // An interrupt is for nobody here, and would keep the thread from sleeping.
                Thread.interrupted();
            }
            asleep = false;
        }
    }
}
