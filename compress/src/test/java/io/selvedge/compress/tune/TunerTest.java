package io.selvedge.compress.tune;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.emit.c.CEmitter;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import io.selvedge.compiler.target.Target;
import io.selvedge.compiler.target.TargetCatalog;
import io.selvedge.compiler.toolchain.HostCpu;
import io.selvedge.compiler.toolchain.UserCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tuner makes of times. They are given, so that they are the same on every machine. */
final class TunerTest {
    private static final Target TARGET = TargetCatalog.X86_64_V3;
    private static final int MANY = 1000;

    private final Program program = Compiler.lower(Compiler.fuse(Compiler.simplify(graph())));
    private final List<Trial> trials = new ArrayList<>();

    @TempDir
    private Path folder;

    /** Two equal 3x3 layers, one whose result needs no border, and one of another kind. */
    static Graph graph() {
        Random random = new Random(1);
        GraphBuilder g = new GraphBuilder("net");
        String x = g.input("x", TensorType.of(DType.FLOAT32, 1, 16, 12, 12));
        for (int i = 0; i < 4; i++) {
            int kernel = i < 3 ? 3 : 1;
            String w = g.constant(
                    "w" + i,
                    Tensor.filled(
                            TensorType.of(DType.FLOAT32, i < 3 ? 16 : 48, 16, kernel, kernel),
                            _ -> random.nextGaussian() / 12));
            Conv conv =
                    new Conv(List.of(1, 1), List.of(kernel / 2, kernel / 2, kernel / 2, kernel / 2), List.of(1, 1), 1);
            x = g.add("relu" + i, new Unary(Unary.Kind.RELU), g.add("conv" + i, conv, x, w));
        }
        g.output(x);
        return g.build();
    }

    private TuningCache cache() {
        return new TuningCache(new UserCache(folder), HostCpu.detect(), TARGET, "a compiler");
    }

    /** A tuner that sees the times that {@code micros} gives for a layer in a form. */
    private Tuner tuner(ToDoubleBiFunction<String, String> micros) {
        return new Tuner(cache(), trial -> given(trial, micros, 0), TARGET, MANY);
    }

    /** @param together what a pass takes more that has any other form than the model */
    private PassTimer given(Trial trial, ToDoubleBiFunction<String, String> micros, double together) {
        trials.add(trial);
        return new PassTimer() {
            @Override
            public Times time(List<int[]> passes) {
                double[][] times = new double[passes.size()][trial.places().size()];
                for (int pass = 0; pass < times.length; pass++) {
                    for (int i = 0; i < times[pass].length; i++) {
                        Trial.Place place = trial.places().get(i);
                        int choice = place.steps().indexOf(passes.get(pass)[i]);
                        times[pass][i] = micros.applyAsDouble(
                                        place.layer(), place.texts().get(choice))
                                + (choice > 0 ? together : 0);
                    }
                }
                return new Times(times, times);
            }

            @Override
            public void close() {}
        };
    }

    private static double winogradTwiceAsFast(String layer, String form) {
        return form.startsWith("winograd") ? 5 : 10;
    }

    private static long winograds(Program program) {
        return program.steps().stream()
                .filter(step -> step.kernel() instanceof Kernel.Winograd)
                .count();
    }

    @Test
    void faster_algorithm_is_taken_for_every_layer_of_its_kind() {
        TunedForms winograd = tuner(TunerTest::winogradTwiceAsFast).tune(program);
        assertThat(winograds(winograd.algorithms(program))).isEqualTo(3);
        assertThat(trials.getFirst().timed()).as("equal layers are timed once").hasSize(3);
        folder = folder.resolve("another");
        TunedForms direct =
                tuner((_, form) -> form.startsWith("winograd") ? 20 : 10).tune(program);
        assertThat(winograds(direct.algorithms(program))).isZero();
    }

    @Test
    void faster_tile_is_in_the_code() {
        Trial all = Trial.of(Compiler.plan(program), TARGET, TunedForms.NONE, MANY);
        Trial.Place last = all.places().get(all.timed().getLast());
        String other = last.texts().getLast();
        TunedForms tuned = tuner((_, form) -> form.equals(other) ? 9 : 10).tune(program);
        assertThat(tuned.choice(last.layer()))
                .contains(new Choice(other, last.texts().getFirst(), 9, 10));
        assertThat(CEmitter.emit(Compiler.plan(tuned.algorithms(program)), TARGET, tuned.forms())
                        .forms())
                .anyMatch(taken -> taken.offer().layer().equals(last.layer())
                        && taken.other().equals(other));
    }

    @Test
    void what_is_gained_by_less_than_noise_changes_nothing() {
        TunedForms tuned =
                tuner((_, form) -> form.startsWith("winograd") ? 9.8 : 10).tune(program);
        assertThat(tuned.choices().values()).isNotEmpty().noneMatch(Choice::changes);
    }

    @Test
    void what_makes_the_whole_slower_changes_nothing() {
        Tuner tuner = new Tuner(
                cache(),
                trial -> {
                    PassTimer first = given(trial, TunerTest::winogradTwiceAsFast, 0);
                    PassTimer together = given(trial, TunerTest::winogradTwiceAsFast, 100);
                    return new PassTimer() {
                        private boolean asked;

                        @Override
                        public Times time(List<int[]> passes) {
                            Times times = (asked ? together : first).time(passes);
                            asked = true;
                            return times;
                        }

                        @Override
                        public void close() {}
                    };
                },
                TARGET,
                MANY);
        assertThat(tuner.tune(program).choices().values()).isNotEmpty().noneMatch(Choice::changes);
    }

    @Test
    void what_was_timed_once_is_known() {
        TunedForms first = tuner(TunerTest::winogradTwiceAsFast).tune(program);
        TunedForms second = tuner((_, _) -> 1).tune(program);
        assertThat(trials).hasSize(1);
        assertThat(second).isEqualTo(first);
        assertThat(new TuningCache(new UserCache(folder), HostCpu.detect(), TARGET, "another compiler").read())
                .isEqualTo(TunedForms.NONE);
    }

    @Test
    void what_is_too_much_for_one_run_is_timed_by_the_next() {
        Tuner little = new Tuner(cache(), trial -> given(trial, TunerTest::winogradTwiceAsFast, 0), TARGET, 1);
        for (int layers = 1; layers <= 3; layers++) {
            assertThat(little.tune(program).choices()).hasSize(layers);
        }
        little.tune(program);
        assertThat(trials.size()).isEqualTo(3);
    }

    @Test
    void damaged_entries_are_timed_again_and_the_others_are_not() throws IOException {
        TunedForms tuned = tuner(TunerTest::winogradTwiceAsFast).tune(program);
        Path file = file();
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"form\" : \"[^\"]*\"", "\"form\" : 7"));
        assertThat(cache().read().choices()).hasSize(tuned.choices().size());
        Files.writeString(file, text.replaceFirst("\"micros\" : [0-9.]+", "\"micros\" : \"soon\""));
        assertThat(cache().read().choices()).hasSize(tuned.choices().size() - 1);
        assertThat(tuner(TunerTest::winogradTwiceAsFast).tune(program)).isEqualTo(tuned);
        assertThat(trials.getLast().timed()).hasSize(1);
    }

    @Test
    void damaged_file_is_replaced() throws IOException {
        TunedForms tuned = tuner(TunerTest::winogradTwiceAsFast).tune(program);
        Path file = file();
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() / 2));
        assertThat(tuner(TunerTest::winogradTwiceAsFast).tune(program)).isEqualTo(tuned);
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    /** As of a version whose kernel had other tiles. */
    @Test
    void form_that_is_not_offered_is_left_to_the_cost_model() {
        TunedForms unknown = new TunedForms(Map.of(
                CEmitter.emit(Compiler.plan(program), TARGET)
                        .forms()
                        .getLast()
                        .offer()
                        .layer(),
                new Choice("direct 9x9x9 pixels first", "x", 1, 2)));
        assertThat(CEmitter.emit(Compiler.plan(unknown.algorithms(program)), TARGET, unknown.forms()))
                .isEqualTo(CEmitter.emit(Compiler.plan(program), TARGET));
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("tuning"))) {
            return files.findFirst().orElseThrow();
        }
    }
}
