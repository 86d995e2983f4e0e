package io.selvedge.runtime;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What may be decided when a model is loaded.
 *
 * @param target name of the library to use, or {@link ProgramExecutor#TARGET}; without it the first that this CPU runs, or else the
 *     executor, where there is one
 * @param libraryFolder where the library is extracted to; without it the user's cache
 */
public record LoadOptions(Optional<String> target, Optional<Path> libraryFolder) {
    /** Nothing decided. */
    public static LoadOptions defaults() {
        return new LoadOptions(Optional.empty(), Optional.empty());
    }

    /** These options with the library of that name, such as {@code x86-64-v3}. */
    public LoadOptions withTarget(String name) {
        return new LoadOptions(Optional.of(name), libraryFolder);
    }

    /** These options with a folder of the caller's for the library; it is made readable by this user alone. */
    public LoadOptions withLibraryFolder(Path folder) {
        return new LoadOptions(target, Optional.of(folder));
    }
}
