package io.selvedge.runtime;

import static io.selvedge.runtime.AffineModel.options;
import static io.selvedge.runtime.Failures.assertCode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BindingTest {
    @TempDir
    private Path folder;

    @Test
    void each_binding_runs_its_own_code_on_the_same_weights() throws IOException {
        try (Model model = Model.load(AffineModel.bindings(folder, 8), options(folder));
                Session first = model.newSession();
                Session small = model.newSession(Map.of("n", 4));
                Session large = model.newSession(Map.of("n", 8))) {
            assertThat(model.bindings()).extracting(Binding::text).containsExactly("n=4", "n=8");
            assertThat(first.binding())
                    .isEqualTo(small.binding())
                    .isEqualTo(model.bindings().get(0));
            small.input("x").floats().put(new float[] {1, 2, 3, 4});
            large.input("x").floats().put(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
            small.run();
            large.run();
            assertThat(small.output("y").toFloats()).containsExactly(3, 6, 9, 12);
            assertThat(large.output("y").toFloats()).containsExactly(3, 6, 9, 12, 11, 14, 17, 20);
            assertThat(large.arena().remaining()).isEqualTo(2 * AffineModel.ARENA_BYTES);
        }
    }

    @Test
    void what_lies_between_two_bindings_takes_the_larger() throws IOException {
        try (Model model = Model.load(AffineModel.bindings(folder, 8), options(folder))) {
            for (int n : new int[] {5, 7, 8}) {
                try (Session session = model.newSession(Map.of("n", n))) {
                    assertThat(session.binding().dims()).containsExactly(Map.entry("n", 8));
                    assertThat(session.inputs().get(0).shape()).containsExactly(1, 8);
                }
            }
            try (Session session = model.newSession(Map.of())) {
                assertThat(session.binding().text()).isEqualTo("n=4");
            }
        }
    }

    @Test
    void too_large_or_unknown_dimensions_are_refused_with_the_list() throws IOException {
        try (Model model = Model.load(AffineModel.bindings(folder, 8), options(folder))) {
            assertCode(Code.NO_SUCH_BINDING, () -> model.newSession(Map.of("n", 9)))
                    .withMessageContaining("n=9")
                    .withMessageContaining("n=4 and n=8");
            assertCode(Code.NO_SUCH_BINDING, () -> model.newSession(Map.of("m", 1)));
        }
        try (Model model = Model.load(AffineModel.bundle(folder), options(folder))) {
            assertThat(model.bindings()).hasSize(1);
            assertCode(Code.NO_SUCH_BINDING, () -> model.newSession(Map.of("n", 4)))
                    .withMessageContaining("x[1, 4]");
        }
    }

    @Test
    void golden_vectors_of_every_binding_are_run() throws IOException {
        try (Model model = Model.load(AffineModel.bindings(folder, 8), options(folder))) {
            assertThat(model.checkGolden().vectors()).isEqualTo(2);
        }
        try (Model model = Model.load(AffineModel.bindings(folder, 9), options(folder))) {
            assertCode(Code.GOLDEN_MISMATCH, model::checkGolden);
        }
    }

    @Test
    void manifest_comes_back_and_says_nothing_of_bindings_when_there_is_one() throws IOException {
        try (Bundle bundle = Bundle.open(AffineModel.bindings(folder, 8))) {
            String json = bundle.manifest().toJson();
            assertThat(json).contains("\"dims\": {\"n\": 4}").contains("\"suffix\": \"2\"");
            assertThat(Manifest.fromJson(json)).isEqualTo(bundle.manifest());
            assertCode(
                            Code.BAD_BUNDLE,
                            () -> Manifest.fromJson(json.replace("\"suffix\": \"2\"", "\"suffix\": \"../2\"")))
                    .withMessageContaining("suffix");
        }
        assertThat(AffineModel.manifest(AffineModel.generic()).toJson())
                .doesNotContain("dims")
                .doesNotContain("bindings");
    }

    @Test
    void exact_binding_wins_over_a_smaller_one_that_fits_and_then_the_smallest_does() {
        List<Binding> bindings = List.of(binding(64, 1), binding(32, 4), binding(32, 1), binding(16, 100));
        assertThat(chosen(bindings, Map.of("seq", 32, "batch", 4))).isEqualTo("batch=4,seq=32");
        assertThat(chosen(bindings, Map.of("seq", 20, "batch", 1))).isEqualTo("batch=1,seq=32");
        assertThat(chosen(bindings, Map.of("seq", 33))).isEqualTo("batch=1,seq=64");
        // Exact in what was named, though another has fewer elements in all.
        assertThat(chosen(bindings, Map.of("seq", 16))).isEqualTo("batch=100,seq=16");
        assertThat(Binding.fitting(bindings, Map.of("seq", 33, "batch", 2))).isEqualTo(Optional.empty());
    }

    @Test
    void bindings_of_unlike_tensors_or_the_same_extents_are_refused() {
        Manifest manifest = AffineModel.manifest(AffineModel.generic());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> manifest.withBindings(new TreeMap<>(Map.of("seq", 4)), List.of(binding(8, 1))))
                .withMessageContaining("names and dtypes");
        Binding same = new Binding(new TreeMap<>(Map.of("n", 4)), manifest.inputs(), manifest.outputs(), 0, 0, "2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> manifest.withBindings(same.dims(), List.of(same)))
                .withMessageContaining("same name");
    }

    private static String chosen(List<Binding> bindings, Map<String, Integer> dims) {
        return Binding.fitting(bindings, dims).orElseThrow().text();
    }

    private static Binding binding(int seq, int batch) {
        return new Binding(
                new TreeMap<>(Map.of("seq", seq, "batch", batch)),
                List.of(),
                List.of(TensorSpec.of("y", DType.FLOAT32, List.of(batch, seq))),
                0,
                0,
                "2");
    }
}
