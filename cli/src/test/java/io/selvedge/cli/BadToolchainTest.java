package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C compilers that are missing, wrong or damaged: exit status 5 with a way out, or a repair. */
final class BadToolchainTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path out;

    @BeforeEach
    void write_model() throws IOException {
        model = TinyModel.write(folder.resolve("net.onnx"));
        out = folder.resolve("deep/out");
    }

    @Test
    void another_compiler_that_is_none_is_refused() throws IOException {
        deploy("--cc", "no-such-cc").refused(5, "TOOLCHAIN_MISSING", "no-such-cc", "PATH", "leave --cc out");
        deploy("--cc", folder.resolve("cc")).refused(5, "TOOLCHAIN_MISSING", "there is no such file", "leave --cc out");
        deploy("--cc", model).refused(5, "TOOLCHAIN_MISSING", "net.onnx", "may be executed");
        deploy("--cc", folder).refused(5, "TOOLCHAIN_MISSING", "may be executed");
        assumeTrue(Files.isExecutable(Path.of("/bin/true")), "needs /bin/true");
        deploy("--cc", "/bin/true").refused(5, "TOOLCHAIN_MISSING", "/bin/true", "a clang or gcc");
        CommandLineRun doctor = CommandLineRun.of("doctor", "--cc", "/bin/true");
        assertThat(doctor.status()).isEqualTo(5);
        assertThat(doctor.out()).contains("MISSING").contains("Not ready");
    }

    @Test
    void compiler_that_fails_is_told_with_its_words_and_the_source_is_kept() throws IOException {
        assumeTrue(isOnPath("gcc"), "needs a gcc");
        Path broken = Files.writeString(
                folder.resolve("broken-cc"),
                "#!/bin/sh\ncase \"$*\" in *--version*|*-dM*) exec gcc \"$@\";; esac\necho 'internal compiler error' >&2\nexit 4\n");
        assertThat(broken.toFile().setExecutable(true)).isTrue();
        CommandLineRun run = deploy("--cc", broken);
        run.refused(5, "TOOLCHAIN_FAILED", "ended with status 4", "(kept)");
        assertThat(run.err()).contains("internal compiler error");
        Path kept = Path.of(run.err().replaceAll("(?s).* on (\\S+) \\(kept\\).*", "$1"));
        assertThat(kept).content().contains("sv_");
        for (Path file : List.of(kept.getParent().toFile().listFiles()).stream()
                .map(File::toPath)
                .toList()) {
            Files.delete(file);
        }
        Files.delete(kept.getParent());
    }

    @Test
    void bundled_compiler_needs_nothing_on_the_path() throws Exception {
        CommandLineRun run = ChildProcess.start(folder, Map.of("PATH", "/nowhere"), command())
                .run();
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(out.resolve("model.selv")).isRegularFile();
        CommandLineRun gcc = ChildProcess.start(folder, Map.of("PATH", "/nowhere"), command("--cc", "gcc"))
                .run();
        gcc.refused(5, "TOOLCHAIN_MISSING", "gcc", "PATH (/nowhere)", "bundled clang");
    }

    @Test
    void bundled_compiler_that_is_absent_is_told_by_deploy_and_by_doctor() throws Exception {
        String without = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("llvm-"))
                .collect(Collectors.joining(File.pathSeparator));
        ChildProcess.start(folder, without, Map.of(), command())
                .run()
                .refused(5, "TOOLCHAIN_MISSING", "org.bytedeco:llvm", "pass --cc");
        assertThat(folder.resolve("deep")).doesNotExist();
        CommandLineRun doctor =
                ChildProcess.start(folder, without, Map.of(), "doctor").run();
        assertThat(doctor.status()).isEqualTo(5);
        assertThat(doctor.out()).contains("MISSING  tool chain").contains("pass --cc");
        assertThat(doctor.err()).doesNotContain("\tat ");
    }

    @Test
    void damaged_compiler_in_the_cache_is_replaced() throws Exception {
        Map<String, String> cache =
                Map.of("SELVEDGE_CACHE", folder.resolve("cache").toString());
        assertThat(ChildProcess.start(folder, cache, "doctor").run().status()).isZero();
        Path clang;
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            clang = files.filter(file -> file.endsWith("bin/clang")).findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(clang);
        for (byte[] damaged : List.of(Arrays.copyOf(bytes, bytes.length / 2), new byte[bytes.length])) {
            Files.write(clang, damaged);
            CommandLineRun run = ChildProcess.start(folder, cache, command()).run();
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(Files.mismatch(clang, Files.write(folder.resolve("clang"), bytes)))
                    .as("first byte that differs")
                    .isEqualTo(-1);
        }
    }

    @Test
    void gcc_builds_a_bundle_that_answers_as_clang_does() throws Exception {
        assumeTrue(isOnPath("gcc"), "needs a gcc");
        Path sample = Files.write(
                folder.resolve("x.npy"),
                TinyData.Array.floats(List.of(1, 3, 4, 4), TinyData.random(1, 1).pictures()[0])
                        .npy());
        double[] clang = scores(sample);
        double[] gcc = scores(sample, "--cc", "gcc");
        assertThat(clang).hasSize(TinyModel.CLASSES);
        assertThat(gcc)
                .containsExactly(
                        clang,
                        within(1e-4 * Arrays.stream(clang).map(Math::abs).max().orElseThrow()));
    }

    private double[] scores(Path sample, Object... more) throws IOException {
        CommandLineRun run = CommandLineRun.of(command(more));
        assertThat(run.status()).as(run.err()).isZero();
        CommandLineRun answer = CommandLineRun.of("run", out.resolve("model.selv"), "--input", sample, "--json");
        assertThat(answer.status()).as(answer.err()).isZero();
        List<Double> values = new ArrayList<>();
        new ObjectMapper().readTree(answer.out()).get("scores").get("values").forEach(v -> values.add(v.asDouble()));
        return values.stream().mapToDouble(v -> v).toArray();
    }

    private Object[] command(Object... more) {
        return Stream.concat(Stream.of("deploy", model, "--dim", "N=1", "--out", out), Stream.of(more))
                .toArray();
    }

    private CommandLineRun deploy(Object... more) {
        CommandLineRun run = CommandLineRun.of(command(more));
        assertThat(folder.resolve("deep")).as(run.err()).doesNotExist();
        return run;
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
    }
}
