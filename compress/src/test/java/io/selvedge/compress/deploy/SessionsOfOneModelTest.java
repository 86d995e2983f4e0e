package io.selvedge.compress.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compress.prune.RandomNetwork;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions share a model's weights and nothing else: what one computes is not the business of another. */
final class SessionsOfOneModelTest {
    private static final int SAMPLES = 16;
    private static final int ROUNDS = 50;

    private final Compiler compiler = new Compiler(Toolchain.bundled());
    private final Target target = HostCpu.detect().best();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, false", "4, true", "5, true", "6, true"})
    void two_threads_at_once_get_what_one_alone_gets(int seed, boolean eightBit) throws Exception {
        Graph graph = Compiler.simplify(RandomNetwork.of(seed));
        List<Tensor> samples = samples(graph);
        Graph form = eightBit
                ? Quantizer.quantize(
                        graph,
                        Calibrator.calibrate(
                                graph,
                                samples.stream()
                                        .map(sample -> Map.of("x", sample))
                                        .toList(),
                                _ -> {}),
                        Set.of())
                : graph;
        Path bundle = folder.resolve("net.selv");
        LoadOptions loading = LoadOptions.defaults().withTarget(target.name()).withLibraryFolder(folder.resolve("lib"));
        new BundleBuilder(
                        compiler.compile(form, List.of(target)),
                        List.of(target),
                        "0".repeat(64),
                        List.of(),
                        Optional.empty())
                .write(bundle, List.of(), loading);
        try (Model model = Model.load(bundle, loading);
                Session first = model.newSession();
                Session second = model.newSession();
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<byte[]> alone = new ArrayList<>();
            for (Tensor sample : samples) {
                alone.add(run(first, sample));
            }
            assertThat(alone.stream().map(java.util.Arrays::hashCode).distinct())
                    .as("results that depend on the input")
                    .hasSizeGreaterThan(1);
            CyclicBarrier start = new CyclicBarrier(2);
            Future<List<byte[]>> forwards = threads.submit(() -> all(first, samples, start));
            Future<List<byte[]>> backwards = threads.submit(() -> all(second, samples.reversed(), start));
            for (int i = 0; i < ROUNDS * SAMPLES; i++) {
                assertThat(forwards.get().get(i)).isEqualTo(alone.get(i % SAMPLES));
                assertThat(backwards.get().get(i)).isEqualTo(alone.get(SAMPLES - 1 - i % SAMPLES));
            }
        }
    }

    private static List<byte[]> all(Session session, List<Tensor> samples, CyclicBarrier start) throws Exception {
        start.await();
        List<byte[]> results = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Tensor sample : samples) {
                results.add(run(session, sample));
            }
        }
        return results;
    }

    private static List<Tensor> samples(Graph graph) {
        Random random = new Random(7);
        List<Tensor> samples = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            samples.add(Tensor.filled(graph.type("x"), _ -> random.nextGaussian()));
        }
        return samples;
    }

    private static byte[] run(Session session, Tensor sample) {
        session.input("x").bytes().put(sample.bytes());
        session.run();
        byte[] bytes = new byte[session.outputs().getFirst().bytes().remaining()];
        session.outputs().getFirst().bytes().get(bytes);
        return bytes;
    }
}
