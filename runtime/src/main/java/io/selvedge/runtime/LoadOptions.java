package io.selvedge.runtime;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What may be decided when a model is loaded.
 *
 * @param target name of the library to use, or {@link ProgramExecutor#TARGET}; without it the first that this CPU runs, or else the
 *     executor, where there is one
 * @param libraryFolder where the library is extracted to; without it the user's cache
 * @param threads threads of a session, no more than there are processors; without it as many as the bundle's maker found best
 */
public record LoadOptions(Optional<String> target, Optional<Path> libraryFolder, OptionalInt threads) {
    /** @throws IllegalArgumentException when threads is not positive */
    public LoadOptions {
        if (threads.isPresent() && threads.getAsInt() < 1) {
            throw new IllegalArgumentException("threads must be at least 1, is " + threads.getAsInt());
        }
    }

    /** Nothing decided. */
    public static LoadOptions defaults() {
        return new LoadOptions(Optional.empty(), Optional.empty(), OptionalInt.empty());
    }

    /** These options with the library of that name, such as {@code x86-64-v3}. */
    public LoadOptions withTarget(String name) {
        return new LoadOptions(Optional.of(name), libraryFolder, threads);
    }

    /** These options with a folder of the caller's for the library; it is made readable by this user alone. */
    public LoadOptions withLibraryFolder(Path folder) {
        return new LoadOptions(target, Optional.of(folder), threads);
    }

    /** These options with so many threads. @throws IllegalArgumentException when it is not positive */
    public LoadOptions withThreads(int count) {
        return new LoadOptions(target, libraryFolder, OptionalInt.of(count));
    }
}
