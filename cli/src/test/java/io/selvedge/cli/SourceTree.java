package io.selvedge.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The repository that the tests run in. */
public final class SourceTree {
    public static final Path ROOT = root();

    private SourceTree() {}

    /** Hand-written sources below {@code src/part} of every module. */
    static Stream<Path> sources(String part) {
        return Stream.of("runtime", "compiler", "compress", "testkit", "cli", "bench")
                .map(module -> ROOT.resolve(module).resolve("src").resolve(part))
                .filter(Files::isDirectory)
                .flatMap(SourceTree::walk)
                .filter(file -> file.toString().matches(".*\\.(java|c|h|proto)"));
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> walk(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.toList().stream();
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
