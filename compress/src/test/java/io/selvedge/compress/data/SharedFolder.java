package io.selvedge.compress.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The test material beside the project; tests that need a part of it are skipped, by name, where it is absent. */
final class SharedFolder {
    private SharedFolder() {}

    static Path file(String relative) {
        Path file = root().resolve(relative);
        assumeTrue(Files.exists(file), "needs " + relative + " in the shared folder");
        return file;
    }

    private static Path root() {
        String given = System.getProperty("selvedge.shared", System.getenv().getOrDefault("SELVEDGE_SHARED", ""));
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        for (Path at = Path.of("").toAbsolutePath(); at.getParent() != null; at = at.getParent()) {
            Path candidate = at.resolveSibling("shared");
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        return Path.of("shared");
    }
}
