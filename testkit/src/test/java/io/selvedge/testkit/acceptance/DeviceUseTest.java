package io.selvedge.testkit.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import io.selvedge.runtime.TensorBuffer;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real models as an application uses them: without garbage, from many threads. */
@ExtendWith(Workbench.Shared.class)
class DeviceUseTest {
    private static final int RUNS = 300;
    private static final int THREADS = 4;
    private static final int SAMPLES = 24;

    @ParameterizedTest
    @EnumSource(names = {"RESNET8", "RESNET8_QDQ", "KEYWORDS", "CART_POLE", "TEXT_LINE"})
    void run_and_access_to_its_tensors_allocate_nothing(RealModel model, Workbench bench) {
        try (NativeModel compiled = bench.load(bench.asGiven(model))) {
            Session session = compiled.session();
            NativeModel.put(session, Samples.real(model, compiled.graph(), 1).getFirst());
            String input = session.inputs().getFirst().name();
            String output = session.outputs().getFirst().name();
            run(session, input, output);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().threadId();
            long least = Long.MAX_VALUE;
            // The measurement itself or a compilation may allocate once; garbage of every run would be there every
            // time.
            for (int attempt = 0; attempt < 3; attempt++) {
                long before = threads.getThreadAllocatedBytes(thread);
                run(session, input, output);
                least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
            }
            System.out.printf("garbage of %d runs of %s: %d bytes%n", RUNS, model, least);
            assertThat(least).isZero();
        }
    }

    private static void run(Session session, String input, String output) {
        for (int i = 0; i < RUNS; i++) {
            TensorBuffer in = session.input(input);
            in.bytes().put(0, in.bytes().get(0));
            session.run();
            session.output(output).bytes().get(0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RESNET8", "RESNET8_QDQ", "KEYWORDS", "TEXT_LINE"})
    void threads_with_a_session_each_give_identical_results(RealModel model, Workbench bench) throws Exception {
        try (NativeModel compiled = bench.load(bench.asGiven(model));
                ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            List<Map<String, Tensor>> samples = Samples.mixed(model, compiled.graph(), SAMPLES / 2, SAMPLES / 2);
            List<Map<String, Tensor>> alone = new ArrayList<>();
            samples.forEach(sample -> alone.add(compiled.run(sample)));
            CyclicBarrier together = new CyclicBarrier(THREADS);
            List<Future<List<Map<String, Tensor>>>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread * SAMPLES / THREADS;
                all.add(pool.submit(inOrder(compiled, samples, first, together)));
            }
            for (Future<List<Map<String, Tensor>>> results : all) {
                assertThat(results.get()).isEqualTo(alone);
            }
        }
    }

    /** Every thread begins with another sample, so that at any time different samples are under way. */
    private static Callable<List<Map<String, Tensor>>> inOrder(
            NativeModel compiled, List<Map<String, Tensor>> samples, int first, CyclicBarrier together) {
        Model model = compiled.session().model();
        return () -> {
            List<Map<String, Tensor>> results = new ArrayList<>(samples);
            together.await();
            try (Session session = model.newSession()) {
                for (int i = 0; i < samples.size(); i++) {
                    int sample = (first + i) % samples.size();
                    results.set(sample, compiled.run(session, samples.get(sample)));
                }
            }
            return results;
        };
    }
}
