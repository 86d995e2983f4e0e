package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that gets finished files or none: they are made in a hidden folder inside it (inside, because a rename works
 * only within a file system) and moved into place at the end. Closing removes what was not moved, also when the process is
 * interrupted.
 */
final class OutputFolder implements AutoCloseable {
    private final Path folder;
    private final List<Path> created;
    private final Path staging;
    private final Thread cleanup = new Thread(this::discard, "selvedge-cleanup");

    private OutputFolder(Path folder, List<Path> created, Path staging) {
        this.folder = folder;
        this.created = created;
        this.staging = staging;
        Runtime.getRuntime().addShutdownHook(cleanup);
    }

    /**
     * Makes the folder if need be and proves that it can be written.
     *
     * @param neededBytes about what will be written
     * @throws SelvedgeException OUTPUT_NOT_WRITABLE, or IO_ERROR when there is not enough space
     */
    static OutputFolder open(Path path, long neededBytes) {
        Path folder = path.toAbsolutePath().normalize();
        List<Path> created = missing(folder);
        try {
            Files.createDirectories(folder);
            OutputFolder output = new OutputFolder(folder, created, Files.createTempDirectory(folder, ".selvedge-"));
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < neededBytes) {
                output.close();
                throw new SelvedgeException(
                        ErrorCode.IO_ERROR,
                        "the output folder " + folder + " needs about " + neededBytes + " bytes, its file system has "
                                + free + " left; free some space or choose another --out");
            }
            return output;
        } catch (IOException e) {
            removeEmpty(created);
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "the output folder " + folder + " cannot be written (" + reason(e) + "); choose another --out",
                    e);
        }
    }

    private static List<Path> missing(Path folder) {
        List<Path> missing = new ArrayList<>();
        for (Path at = folder; at != null && Files.notExists(at); at = at.getParent()) {
            missing.add(at);
        }
        return missing;
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage();
    }

    /** Where files are made. */
    Path staging() {
        return staging;
    }

    /** Where they end. */
    Path folder() {
        return folder;
    }

    /**
     * Moves files of these names from the staging folder into place, over older ones.
     *
     * @throws SelvedgeException IO_ERROR
     */
    List<Path> publish(List<String> names) {
        List<Path> published = new ArrayList<>();
        try {
            for (String name : names) {
                published.add(move(staging.resolve(name), folder.resolve(name)));
            }
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR, "a result cannot be moved into " + folder + " (" + reason(e) + ")", e);
        }
        return published;
    }

    private static Path move(Path from, Path to) throws IOException {
        try {
            return Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            return Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(cleanup);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook does the same work.
            return;
        }
        discard();
    }

    private void discard() {
        try (Stream<Path> files = Files.walk(staging)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            System.getLogger(OutputFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "left behind: " + staging, e);
        }
        removeEmpty(created);
    }

    private static void removeEmpty(List<Path> folders) {
        try {
            for (Path folder : folders) {
                Files.deleteIfExists(folder);
            }
        } catch (DirectoryNotEmptyException e) {
            // Results lie in it.
        } catch (IOException e) {
            System.getLogger(OutputFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "left behind: " + folders, e);
        }
    }
}
