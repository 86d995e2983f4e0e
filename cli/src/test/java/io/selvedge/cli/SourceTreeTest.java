package io.selvedge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for every source file, whatever it says. */
final class SourceTreeTest {
    private static final int MAX_LINES = 600;
    private static final Path ROOT = root();

    @Test
    void every_package_says_what_lives_in_it() {
        assertThat(sources("main/java").map(Path::getParent).distinct())
                .allMatch(folder -> Files.isRegularFile(folder.resolve("package-info.java")));
    }

    @Test
    void no_file_is_too_long_to_read() {
        assertThat(sources("")).allSatisfy(file -> assertThat(lines(file)).hasSizeLessThanOrEqualTo(MAX_LINES));
    }

    @Test
    void nothing_is_written_with_tabs() {
        assertThat(sources("")).allSatisfy(file -> assertThat(lines(file)).noneMatch(line -> line.contains("\t")));
    }

    private static Stream<Path> sources(String part) {
        return Stream.of("runtime", "compiler", "compress", "testkit", "cli", "bench")
                .map(module -> ROOT.resolve(module).resolve("src").resolve(part))
                .filter(Files::isDirectory)
                .flatMap(SourceTreeTest::walk)
                .filter(file -> file.toString().matches(".*\\.(java|c|h|proto)"));
    }

    private static Stream<Path> walk(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("CHANGELOG.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
