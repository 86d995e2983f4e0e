package io.selvedge.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of models and data that lies beside the project; tests that need it are skipped where it is absent. */
public final class SharedFolder {
    private SharedFolder() {}

    /** System property {@code selvedge.shared}, else variable SELVEDGE_SHARED, else a folder {@code shared} beside a parent. */
    public static Optional<Path> find() {
        Optional<Path> named = Stream.of(System.getProperty("selvedge.shared", ""), variable())
                .filter(text -> !text.isBlank())
                .map(Path::of)
                .findFirst();
        if (named.isPresent()) {
            return named.filter(Files::isDirectory);
        }
        return Stream.iterate(
                        Path.of(System.getProperty("user.dir", ".")).toAbsolutePath(),
                        path -> path != null,
                        Path::getParent)
                .map(path -> path.resolve("shared"))
                .filter(path -> Files.isDirectory(path.resolve("models")))
                .findFirst();
    }

    /** A file or folder inside, where it exists. */
    public static Optional<Path> find(String relative) {
        return find().map(folder -> folder.resolve(relative)).filter(Files::exists);
    }

    private static String variable() {
        return Optional.ofNullable(System.getenv("SELVEDGE_SHARED")).orElse("");
    }
}
