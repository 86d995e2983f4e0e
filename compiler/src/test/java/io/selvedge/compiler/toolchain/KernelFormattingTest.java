package io.selvedge.compiler.toolchain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C sources are formatted by the clang-format of the bundled LLVM, with the style in {@code .clang-format}. */
final class KernelFormattingTest {
    private static final Path KERNELS = Path.of("src", "main", "c");
    private static final boolean WRITE =
            System.getProperty("selvedge.format", "").equals("write");

    @TempDir
    private Path folder;

    @TempDir
    private static Path tools;

    private static Path formatter;

    /** Once: a program cannot be run while a process that another test starts still has it open for writing. */
    @BeforeAll
    static void unpack_formatter() throws IOException {
        formatter = tools.resolve("clang-format");
        try (InputStream in = Objects.requireNonNull(
                KernelFormattingTest.class.getResourceAsStream("/org/bytedeco/llvm/linux-x86_64/clang-format"))) {
            Files.copy(in, formatter);
        }
        Files.setPosixFilePermissions(formatter, PosixFilePermissions.fromString("rwx------"));
    }

    static Stream<Path> kernels() throws IOException {
        try (Stream<Path> files = Files.list(KERNELS)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void kernels_are_formatted(Path file) throws Exception {
        String formatted = formatted(Files.readString(file), file.getFileName().toString());
        if (WRITE) {
            Files.writeString(file, formatted);
        }
        assertThat(Files.readString(file))
                .as("format them: mvn -pl compiler -am package -Dtest=KernelFormattingTest "
                        + "-Dsurefire.failIfNoSpecifiedTests=false -Dselvedge.format=write")
                .isEqualTo(formatted);
    }

    /** Braces are needed: clang-format takes the pragma of a bare inner loop for the outer one's body. */
    @Test
    void loop_behind_a_pragma_is_indented_like_any_other() throws Exception {
        String nested = """
                void f(void) {
                    SV_NO_UNROLL
                    for (int t = 0; t < 2; t++) {
                        SV_UNROLL
                        for (int b = 0; b < 2; b++) g(t, b);
                    }
                }
                """;
        assertThat(formatted(nested.replace("    ", " "), "f.h")).isEqualTo(nested);
    }

    private String formatted(String text, String name) throws Exception {
        Path source = Files.writeString(folder.resolve(name), text);
        Path style = Path.of("..", ".clang-format").toAbsolutePath().normalize();
        ProcessBuilder command = new ProcessBuilder(formatter.toString(), "--style=file:" + style, source.toString());
        Path libraries = BundledLlvm.locate(UserCache.ofUser(), Toolchain.Progress.SILENT)
                .resolve("lib");
        command.environment().put("LD_LIBRARY_PATH", libraries.toString());
        Process process = command.redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }
}
