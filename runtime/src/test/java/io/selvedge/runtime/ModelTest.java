package io.selvedge.runtime;

import static io.selvedge.runtime.AffineModel.options;
import static io.selvedge.runtime.Failures.assertCode;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelTest {
    @TempDir
    private Path folder;

    @Test
    void bundle_runs_native_code() throws IOException {
        Path path = AffineModel.bundle(folder);
        try (Model model = Model.load(path, options(folder));
                Session session = model.newSession()) {
            session.input("x").floats().put(new float[] {10, 20, 30, 40});
            session.run();
            assertThat(session.output("y").toFloats()).containsExactly(21, 42, 63, 84);
            assertThat(model.name()).isEqualTo("affine");
            assertThat(model.targetName()).isEqualTo("generic");
            assertThat(model.arenaBytes()).isEqualTo(AffineModel.ARENA_BYTES);
            assertThat(session.arena().capacity()).isEqualTo(AffineModel.ARENA_BYTES);
            assertThat(session.output("y").shape()).containsExactly(1, 4);
        }
    }

    @Test
    void golden_vectors_are_run_and_compared() throws IOException {
        try (Model model = Model.load(AffineModel.bundle(folder), options(folder))) {
            assertThat(model.checkGolden()).isEqualTo(new GoldenReport(1, 0));
            assertThat(model.goldenVectors()).hasSize(1);
        }
        Path wrong = Files.createDirectory(folder.resolve("wrong"));
        try (Model model = Model.load(AffineModel.bundle(wrong, new float[] {3, 4, 5, 6.001f}), options(folder))) {
            assertCode(Code.GOLDEN_MISMATCH, model::checkGolden).withMessageContaining("'y' of golden vector 0");
        }
    }

    @Test
    void models_in_one_process_keep_their_own_code() throws IOException {
        Path two = AffineModel.bundle(Files.createDirectory(folder.resolve("2")), "-DFACTOR=2");
        Path five = AffineModel.bundle(Files.createDirectory(folder.resolve("5")), "-DFACTOR=5");
        try (Model doubling = Model.load(two, options(folder));
                Model fivefold = Model.load(five, options(folder));
                Session a = doubling.newSession();
                Session b = fivefold.newSession()) {
            a.input("x").floats().put(0, 10);
            b.input("x").floats().put(0, 10);
            a.run();
            b.run();
            assertThat(a.output("y").floats().get(0)).isEqualTo(21);
            assertThat(b.output("y").floats().get(0)).isEqualTo(51);
        }
    }

    @Test
    void same_bundle_can_be_loaded_many_times_and_leaves_one_file() throws IOException {
        Path path = AffineModel.bundle(folder);
        try (Model first = Model.load(path, options(folder))) {
            for (int i = 0; i < 20; i++) {
                try (Model again = Model.load(path, options(folder))) {
                    assertThat(again.checkGolden().vectors()).isEqualTo(1);
                }
            }
            assertThat(first.checkGolden().vectors()).isEqualTo(1);
        }
        try (Stream<Path> files = Files.list(folder.resolve("lib"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void harmed_library_in_the_cache_is_replaced() throws IOException {
        Path path = AffineModel.bundle(folder, "-DFACTOR=7");
        byte[] library = AffineModel.library(folder, "-DFACTOR=7");
        Path cached = folder.resolve("lib").resolve(Digest.of(library) + ".so");
        Files.createDirectory(folder.resolve("lib"));
        Files.write(cached, new byte[library.length]);
        try (Model model = Model.load(path, options(folder))) {
            assertThat(cached).hasBinaryContent(library);
            assertThat(model.targetName()).isEqualTo("generic");
        }
    }

    @Test
    void library_folder_is_for_its_user_alone() throws IOException {
        Path lib = Files.createDirectory(folder.resolve("lib"));
        Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Model model = Model.load(AffineModel.bundle(folder), options(folder))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lib)))
                    .isEqualTo("rwx------");
            assertThat(model.targetName()).isEqualTo("generic");
        }
    }

    @Test
    void unusable_library_folder_is_named() throws IOException {
        Path path = AffineModel.bundle(folder);
        Path file = Files.createFile(folder.resolve("occupied"));
        LoadOptions below = LoadOptions.defaults().withLibraryFolder(file.resolve("lib"));
        assertCode(Code.CACHE_UNUSABLE, () -> Model.load(path, below))
                .withMessageContaining(file.toString())
                .withMessageContaining("SELVEDGE_CACHE");
        // Not even root can create folders there.
        LoadOptions readOnly = LoadOptions.defaults().withLibraryFolder(Path.of("/proc/selvedge/lib"));
        assertCode(Code.CACHE_UNUSABLE, () -> Model.load(path, readOnly));
    }

    @Test
    void library_that_is_none_is_refused() throws IOException {
        Path path = folder.resolve("text.selv");
        new BundleWriter(AffineModel.manifest(AffineModel.generic()))
                .part("weights.bin", new byte[16])
                .part("lib/generic/model.so", "not a library".getBytes(StandardCharsets.UTF_8))
                .write(path);
        assertCode(Code.NATIVE_LOAD_FAILED, () -> Model.load(path, options(folder)))
                .withMessageContaining(path.toString());
    }

    @Test
    void library_with_another_abi_is_refused() throws IOException {
        Path path = AffineModel.bundle(folder, "-DABI=1");
        assertCode(Code.UNSUPPORTED_VERSION, () -> Model.load(path, options(folder)));
    }

    @Test
    void first_target_that_the_cpu_runs_is_taken() throws IOException {
        Path path = folder.resolve("model.selv");
        byte[] library = AffineModel.library(folder);
        new BundleWriter(AffineModel.manifest(
                        Target.linux("future", "x86_64", List.of("avx2", "avx2048")),
                        Target.linux("arm", "aarch64", List.of()),
                        Target.linux("v3", "x86_64", List.of("avx2", "fma")),
                        Target.linux("generic", "x86_64", List.of())))
                .part("weights.bin", AffineModel.bytes(AffineModel.WEIGHTS))
                .part("lib/future/model.so", library)
                .part("lib/arm/model.so", library)
                .part("lib/v3/model.so", library)
                .part("lib/generic/model.so", library)
                .write(path);
        Cpu v3 = new Cpu("linux", "x86_64", Set.of("avx2", "fma", "sse2"));
        assertThat(targetOn(v3, path, options(folder))).isEqualTo("v3");
        assertThat(targetOn(v3, path, options(folder).withTarget("generic"))).isEqualTo("generic");
        assertThat(targetOn(new Cpu("linux", "x86_64", Set.of()), path, options(folder)))
                .isEqualTo("generic");
        assertCode(
                        Code.NO_TARGET_FOR_CPU,
                        () -> targetOn(v3, path, options(folder).withTarget("future")))
                .withMessageContaining("future needs avx2048");
        assertCode(
                        Code.NO_TARGET_FOR_CPU,
                        () -> targetOn(v3, path, options(folder).withTarget("v9")))
                .withMessageContaining("it has [future, arm, v3, generic]");
        assertCode(Code.NO_TARGET_FOR_CPU, () -> targetOn(new Cpu("macos", "aarch64", Set.of()), path, options(folder)))
                .withMessageContaining("generic is for linux on x86_64")
                .withMessageContaining("--target generic-aarch64");
    }

    @Test
    void closing_a_model_with_open_sessions_says_so() throws IOException {
        Model model = Model.load(AffineModel.bundle(folder), options(folder));
        Session session = model.newSession();
        assertCode(Code.SESSIONS_OPEN, model::close).withMessageContaining("1 open session");
        session.run();
        session.close();
        session.close();
        model.close();
        model.close();
        assertCode(Code.CLOSED, model::newSession);
        assertCode(Code.CLOSED, model::goldenVectors);
    }

    @Test
    void processors_of_one_machine_share_the_flags_that_count() {
        Cpu cpu = Cpu.parse("Linux", "amd64", "flags\t\t: avx avx2 sse\nmodel name : x\nflags\t\t: avx sse\n");
        assertThat(cpu).isEqualTo(new Cpu("linux", "x86_64", Set.of("avx", "sse")));
        assertThat(Cpu.parse("Mac OS X", "aarch64", "")).isEqualTo(new Cpu("macos", "aarch64", Set.of()));
        assertThat(Cpu.parse(
                                "Linux",
                                "riscv64",
                                "isa\t\t: rv64imafdcv_zicsr_zve64x\nhart isa\t: rv64imafdc\nisa : rv64imv\n")
                        .flags())
                .containsExactly("i", "m", "v");
        assertThat(Cpu.parse("Linux", "aarch64", "Features : fp asimd\n").flags())
                .containsExactly("asimd", "fp");
    }

    @Test
    void cache_folder_follows_the_environment() {
        Path home = Path.of("/home/u");
        assertThat(LibraryCache.of(Map.of(), home).folder()).isEqualTo(Path.of("/home/u/.cache/selvedge/lib"));
        assertThat(LibraryCache.of(Map.of("XDG_CACHE_HOME", "/c"), home).folder())
                .isEqualTo(Path.of("/c/selvedge/lib"));
        assertThat(LibraryCache.of(Map.of("XDG_CACHE_HOME", "c"), home).folder())
                .isEqualTo(Path.of("/home/u/.cache/selvedge/lib"));
        assertThat(LibraryCache.of(Map.of("XDG_CACHE_HOME", "/c", "SELVEDGE_CACHE", "/s"), home)
                        .folder())
                .isEqualTo(Path.of("/s/lib"));
    }

    private static String targetOn(Cpu cpu, Path path, LoadOptions options) {
        try (Model model = Model.load(path, options, cpu)) {
            return model.targetName();
        }
    }
}
