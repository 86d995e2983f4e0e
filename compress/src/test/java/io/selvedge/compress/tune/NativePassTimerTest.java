package io.selvedge.compress.tune;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.emit.c.Forms;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.Toolchain;
import io.selvedge.compiler.toolchain.UserCache;
import io.selvedge.compress.deploy.BundleBuilder;
import io.selvedge.compress.eval.Progress;
import io.selvedge.compress.quant.Calibrator;
import io.selvedge.compress.quant.Quantizer;
import io.selvedge.runtime.LoadOptions;
import io.selvedge.runtime.Model;
import io.selvedge.runtime.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forms of a real model on this machine. */
final class NativePassTimerTest {
    private final Compiler compiler = new Compiler(Toolchain.bundled());
    private final Target target = HostCpu.detect().best();
    private final Graph graph = quantized();

    @TempDir
    private Path folder;

    private static Graph quantized() {
        Graph graph = Compiler.simplify(TunerTest.graph());
        List<Map<String, Tensor>> samples = List.of(sample(graph, 1), sample(graph, 2));
        return Quantizer.quantize(graph, Calibrator.calibrate(graph, samples, _ -> {}), Set.of());
    }

    private static Map<String, Tensor> sample(Graph graph, int seed) {
        Random random = new Random(seed);
        return Map.of("x", Tensor.filled(graph.type("x"), _ -> random.nextGaussian()));
    }

    @Test
    void every_step_of_every_pass_has_a_time() {
        Program program = Compiler.lower(Compiler.fuse(graph));
        Trial trial = Trial.of(Compiler.plan(program), target, TunedForms.NONE, 100);
        assertThat(trial.timed()).hasSize(4);
        int[] own = trial.pass(new int[trial.places().size()]);
        int[] other = own.clone();
        other[trial.timed().getFirst()]++;
        List<Integer> told = new ArrayList<>();
        Progress progress = (done, total) -> told.add(total - done);
        try (PassTimer timer = new NativePassTimer(compiler, trial, folder, 20_000_000, progress)) {
            PassTimer.Times times = timer.time(List.of(own, other));
            for (double[][] half : List.of(times.even(), times.odd())) {
                assertThat(half).hasDimensions(2, own.length);
                assertThat(Arrays.stream(half).flatMapToDouble(Arrays::stream).allMatch(micros -> micros > 0))
                        .isTrue();
            }
        }
        assertThat(told).isNotEmpty().last().isEqualTo(0);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void quantised_model_gives_the_same_bytes_whatever_was_faster() {
        byte[] untuned = outputs(TunedForms.NONE, "untuned");
        List<String> forms = new ArrayList<>();
        for (int choice = 1; choice <= 3; choice++) {
            int position = choice;
            // Which form is fastest here is not known, so each of some is said to be.
            Tuner tuner = new Tuner(
                    new TuningCache(
                            new UserCache(folder.resolve("cache" + choice)), HostCpu.detect(), target, "a compiler"),
                    trial -> preferring(trial, position),
                    target,
                    100);
            TunedForms tuned = tuner.tune(Compiler.lower(Compiler.fuse(graph)));
            tuned.choices().values().forEach(each -> forms.add(each.form()));
            assertThat(outputs(tuned, "choice" + choice)).isEqualTo(untuned);
        }
        assertThat(Set.copyOf(forms)).hasSizeGreaterThan(3);
    }

    private static PassTimer preferring(Trial trial, int position) {
        return new PassTimer() {
            @Override
            public Times time(List<int[]> passes) {
                double[][] micros = new double[passes.size()][trial.places().size()];
                for (int pass = 0; pass < micros.length; pass++) {
                    for (int i = 0; i < micros[pass].length; i++) {
                        micros[pass][i] =
                                trial.places().get(i).steps().indexOf(passes.get(pass)[i]) == position ? 1 : 2;
                    }
                }
                return new Times(micros, micros);
            }

            @Override
            public void close() {}
        };
    }

    private byte[] outputs(TunedForms tuned, String name) {
        List<Compiler.Compilation> compiled = compiler.compile(
                List.of(graph),
                List.of(target),
                program -> Compiler.plan(tuned.algorithms(program)),
                _ -> tuned.forms());
        boolean other = compiled.getFirst().forms().get(target.name()).stream()
                .map(Forms.Taken::other)
                .anyMatch(form -> !form.isEmpty());
        assertThat(other).isEqualTo(!tuned.equals(TunedForms.NONE));
        Path bundle = folder.resolve(name + ".selv");
        LoadOptions loading = LoadOptions.defaults().withTarget(target.name()).withLibraryFolder(folder.resolve(name));
        new BundleBuilder(compiled.getFirst(), List.of(target), "0".repeat(64), List.of(), Optional.empty())
                .write(bundle, List.of(), loading);
        try (Model model = Model.load(bundle, loading);
                Session session = model.newSession()) {
            session.input("x").bytes().put(sample(graph, 3).get("x").bytes());
            session.run();
            byte[] bytes = new byte[session.outputs().getFirst().bytes().remaining()];
            session.outputs().getFirst().bytes().get(bytes);
            return bytes;
        }
    }
}
