package io.selvedge.runtime;

import static io.selvedge.runtime.AffineModel.options;
import static io.selvedge.runtime.Failures.assertCode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SessionTest {
    @TempDir
    private Path folder;

    private Model model;
    private Session session;

    @BeforeEach
    void open() throws IOException {
        model = Model.load(AffineModel.bundle(folder), options(folder));
        session = model.newSession();
    }

    @AfterEach
    void close() {
        if (session != null) {
            session.close();
            model.close();
        }
    }

    @Test
    void an_inference_allocates_nothing() {
        float[] pixels = {1, 2, 3, 4};
        float[] scores = new float[4];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < 1000; i++) {
                session.input("x").floats().put(pixels);
                session.run();
                session.output("y").floats().get(scores);
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        assertThat(least).isZero();
        assertThat(scores).containsExactly(3, 6, 9, 12);
    }

    @Test
    void views_are_the_same_memory_again_and_rewound() {
        FloatBuffer x = session.input("x").floats();
        x.put(new float[] {1, 2, 3, 4});
        assertThat(session.input("x").floats()).isSameAs(x);
        assertThat(x.remaining()).isEqualTo(4);
        assertThat(session.input("x").bytes().getFloat(8)).isEqualTo(3);
        assertThat(session.input("x").toFloats()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void unknown_tensor_and_wrong_type_are_named() {
        assertCode(Code.NO_SUCH_TENSOR, () -> session.input("z")).withMessageContaining("has no input 'z'; it has [x]");
        assertCode(Code.NO_SUCH_TENSOR, () -> session.output("x"));
        assertCode(Code.WRONG_DTYPE, () -> session.input("x").ints()).withMessageContaining("holds float32");
        assertCode(Code.WRONG_DTYPE, () -> session.input("x").longs());
        assertCode(Code.WRONG_DTYPE, () -> session.input("x").shorts());
        assertCode(Code.WRONG_DTYPE, () -> session.input("x").doubles());
    }

    @Test
    void failure_of_native_code_is_reported_and_the_session_lives_on() {
        session.input("x").floats().put(0, -2000);
        assertCode(Code.NATIVE_RUN_FAILED, session::run).withMessageContaining("returned -3");
        session.input("x").floats().put(0, 1);
        session.run();
        assertThat(session.output("y").floats().get(0)).isEqualTo(3);
    }

    @Test
    void data_that_a_step_cannot_use_is_the_inputs_fault() {
        session.input("x").floats().put(0, -3000);
        assertCode(Code.BAD_DATA, session::run).withMessageContaining("in step 7 of its program");
    }

    @Test
    void one_step_can_be_run_alone() {
        session.profile(7);
        assertThat(session.output("y").floats().get(0)).isEqualTo(7);
    }

    @Test
    void closed_session_says_so() {
        session.close();
        assertCode(Code.CLOSED, session::run);
        assertCode(Code.CLOSED, () -> session.profile(0));
        assertCode(Code.CLOSED, () -> session.input("x"));
        assertCode(Code.CLOSED, session::arena);
    }

    @Test
    void session_running_on_another_thread_is_refused() throws Exception {
        // This input keeps the native code busy for a while.
        session.input("x").floats().put(0, 2000);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<?> slow = other.submit(this::runUntilAdmitted);
            boolean refused = false;
            while (!refused && !slow.isDone()) {
                try {
                    session.profile(0);
                } catch (ModelException e) {
                    assertThat(e.code()).isEqualTo(Code.CONCURRENT_USE);
                    refused = true;
                }
            }
            assertCode(Code.CONCURRENT_USE, session::close);
            slow.get();
            assertThat(refused).isTrue();
        } finally {
            other.shutdown();
        }
        session.input("x").floats().put(0, 1);
        session.run();
    }

    /** The test's own calls, short as they are, may be what refuses this one. */
    private void runUntilAdmitted() {
        while (true) {
            try {
                session.run();
                return;
            } catch (ModelException e) {
                assertThat(e.code()).isEqualTo(Code.CONCURRENT_USE);
            }
        }
    }

    @Test
    void sessions_of_one_model_run_side_by_side() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> answers = IntStream.range(0, 4)
                    .mapToObj(worker -> pool.submit(() -> {
                        boolean right = true;
                        try (Session own = model.newSession()) {
                            for (int i = 0; i < 2000; i++) {
                                own.input("x").floats().put(3, worker * 100 + i % 100);
                                own.run();
                                right &= own.output("y").floats().get(3) == 2f * (worker * 100 + i % 100) + 4;
                            }
                        }
                        return right;
                    }))
                    .toList();
            for (Future<Boolean> answer : answers) {
                assertThat(answer.get()).isTrue();
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void many_sessions_come_and_go_without_exhausting_memory() {
        for (int i = 0; i < 20_000; i++) {
            model.newSession().close();
        }
        session.run();
    }

    @Test
    void a_state_goes_from_call_to_call_without_the_caller() throws IOException {
        Path stream = AffineModel.stream(folder);
        try (Model streaming = Model.load(stream, options(folder));
                Session calls = streaming.newSession()) {
            assertThat(streaming.inputs()).isEmpty();
            assertThat(calls.outputs()).isEmpty();
            for (int call = 0; call < 3; call++) {
                calls.run();
            }
            // y = 2 x + w from x = 0: w, 3 w, 7 w.
            assertThat(calls.state("x").toFloats()).containsExactly(7, 14, 21, 28);
            calls.state("x").floats().put(new float[] {1, 1, 1, 1});
            calls.run();
            assertThat(calls.state("x").toFloats()).containsExactly(3, 4, 5, 6);
            calls.resetStates();
            calls.run();
            assertThat(calls.state("x").toFloats()).containsExactly(1, 2, 3, 4);
            assertCode(Code.NO_SUCH_TENSOR, () -> calls.state("y"));
            assertThat(streaming.checkGolden().vectors()).isZero();
        }
    }

    @Test
    void a_state_joins_tensors_that_are_there_and_alike() {
        Manifest affine = AffineModel.manifest(AffineModel.generic());
        assertThatThrownBy(() -> affine.withStates(List.of(new StatePair("z", "x"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'z'");
        assertThatThrownBy(() -> affine.withStates(List.of(new StatePair("y", "x"), new StatePair("y", "x"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
