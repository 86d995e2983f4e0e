package io.selvedge.runtime;

import static io.selvedge.runtime.AffineModel.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions on two threads: the native code fails a run in which the second one does not take part. */
final class TeamTest {
    private static final int RUNS = 2000;

    @TempDir
    private Path folder;

    private Model load(int threads, String... defines) throws IOException {
        Cpu here = Cpu.detect();
        Cpu two = new Cpu(here.os(), here.arch(), here.flags(), 2);
        return Model.load(AffineModel.bundle(folder, defines), options(folder).withThreads(threads), two);
    }

    private static void run(Session session) {
        session.input("x").floats().put(new float[] {1, 2, 3, 4});
        session.run();
        assertThat(session.output("y").toFloats()).containsExactly(3, 6, 9, 12);
    }

    private static List<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("selvedge-affine-"))
                .toList();
    }

    @Test
    void a_worker_takes_part_and_ends_with_the_session() throws IOException {
        try (Model model = load(2, "-DTEAM=64")) {
            try (Session session = model.newSession()) {
                assertThat(session.threads()).isEqualTo(2);
                assertThat(workers()).isEmpty();
                for (int i = 0; i < RUNS; i++) {
                    run(session);
                }
                assertThat(workers()).hasSize(1).allMatch(Thread::isDaemon);
            }
            assertThat(workers()).isEmpty();
        }
    }

    @Test
    void a_session_that_is_closed_while_it_runs_on_workers_ends_between_runs() throws Exception {
        try (Model model = load(2, "-DTEAM=64")) {
            for (int round = 0; round < 50; round++) {
                Session session = model.newSession();
                CountDownLatch begun = new CountDownLatch(1);
                FutureTask<ModelException> runner = new FutureTask<>(() -> {
                    while (true) {
                        try {
                            run(session);
                            begun.countDown();
                        } catch (ModelException closed) {
                            return closed;
                        }
                    }
                });
                new Thread(runner).start();
                begun.await();
                while (!closes(session)) {
                    Thread.onSpinWait();
                }
                assertThat(runner.get().code()).isIn(Code.CLOSED, Code.CONCURRENT_USE);
                assertThat(workers()).isEmpty();
            }
        }
    }

    private static boolean closes(Session session) {
        try {
            session.close();
            return true;
        } catch (ModelException running) {
            assertThat(running.code()).isEqualTo(Code.CONCURRENT_USE);
            return false;
        }
    }

    @Test
    void a_worker_that_sleeps_is_woken() throws IOException, InterruptedException {
        try (Model model = load(2, "-DTEAM=64");
                Session session = model.newSession()) {
            for (int i = 0; i < 20; i++) {
                run(session);
                Thread.sleep(5);
            }
        }
    }

    @Test
    void interrupts_neither_stop_a_run_nor_get_lost() throws IOException {
        try (Model model = load(2, "-DTEAM=64")) {
            Session session = model.newSession();
            for (int i = 0; i < 200; i++) {
                run(session);
                workers().forEach(Thread::interrupt);
            }
            Thread.currentThread().interrupt();
            run(session);
            session.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(workers()).isEmpty();
        }
    }

    @Test
    void the_worker_of_a_session_that_nobody_closed_ends_when_it_is_collected()
            throws IOException, InterruptedException {
        Model model = load(2, "-DTEAM=64");
        run(model.newSession());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!workers().isEmpty() && System.nanoTime() < end) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(workers()).isEmpty();
    }

    @Test
    void there_are_no_more_threads_than_processors() throws IOException {
        try (Model model = load(64, "-DTEAM=64")) {
            assertThat(model.threads()).isEqualTo(2);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadOptions.defaults().withThreads(0));
    }

    @Test
    void sessions_of_one_model_may_differ_in_threads() throws IOException {
        try (Model model = load(1, "-DTEAM=64");
                Session one = model.newSession();
                Session two = model.newSession(2);
                Session most = model.newSession(64)) {
            assertThat(one.threads()).isEqualTo(1);
            assertThat(two.threads()).isEqualTo(2);
            assertThat(most.threads()).isEqualTo(2);
            run(one);
            run(two);
            run(most);
            assertThat(workers()).hasSize(2);
            assertThatIllegalArgumentException().isThrownBy(() -> model.newSession(0));
        }
    }

    @Test
    void code_for_one_thread_runs_on_one() throws IOException {
        try (Model model = load(2);
                Session session = model.newSession()) {
            run(session);
            assertThat(session.threads()).isEqualTo(1);
            assertThat(workers()).isEmpty();
        }
        assertThat(new Cpu("linux", "x86_64", Set.of()).processors()).isPositive();
    }
}
