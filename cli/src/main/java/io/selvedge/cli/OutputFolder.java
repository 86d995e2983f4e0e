package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.toolchain.WorkFolder;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder that gets finished files or none: they are made in a hidden folder inside it (inside, because a rename works
 * only within a file system) and moved into place at the end. Closing removes what was not moved, also when the process is
 * interrupted; what a killed process left there goes when the next one comes.
 */
final class OutputFolder implements AutoCloseable {
    private final Path folder;
    private final WorkFolder staging;

    private OutputFolder(Path folder, WorkFolder staging) {
        this.folder = folder;
        this.staging = staging;
    }

    /**
     * Makes the folder if need be and proves that it can be written.
     *
     * @param neededBytes about what will be written
     * @throws SelvedgeException OUTPUT_NOT_WRITABLE, or IO_ERROR when there is not enough space
     */
    static OutputFolder open(Path path, long neededBytes) {
        Path folder = path.toAbsolutePath().normalize();
        try {
            WorkFolder staging = WorkFolder.in(folder, ".selvedge-");
            long free = Files.getFileStore(staging.path()).getUsableSpace();
            if (free < neededBytes) {
                staging.close();
                throw new SelvedgeException(
                        ErrorCode.IO_ERROR,
                        "the output folder " + folder + " needs about " + neededBytes + " bytes, its file system has "
                                + free + " left; free some space or choose another --out");
            }
            return new OutputFolder(folder, staging);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "the output folder " + folder + " cannot be written (" + IoReason.of(e) + "); choose another --out",
                    e);
        }
    }

    /** Where files are made. */
    Path staging() {
        return staging.path();
    }

    /** Where they end. */
    Path folder() {
        return folder;
    }

    /**
     * Moves files of these names from the staging folder into place, over older ones. The last name completes the set: it
     * goes first and comes last, so that no earlier one is ever seen with newer files of the others.
     *
     * @throws SelvedgeException IO_ERROR
     */
    List<Path> publish(List<String> names) {
        List<Path> published = new ArrayList<>();
        try {
            Files.deleteIfExists(folder.resolve(names.getLast()));
            for (String name : names) {
                published.add(move(staging().resolve(name), folder.resolve(name)));
            }
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "a result cannot be moved into " + folder + " (" + IoReason.of(e) + "); choose another --out",
                    e);
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
        staging.close();
    }
}
