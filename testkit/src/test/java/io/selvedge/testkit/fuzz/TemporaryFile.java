package io.selvedge.testkit.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file for readers that take a path, rewritten for every input. */
record TemporaryFile(Path path) {
    static TemporaryFile ending(String suffix) {
        try {
            Path path = Files.createTempFile("selvedge-fuzz", suffix);
            path.toFile().deleteOnExit();
            return new TemporaryFile(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(byte[] bytes) {
        try {
            Files.write(path, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] read() {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
