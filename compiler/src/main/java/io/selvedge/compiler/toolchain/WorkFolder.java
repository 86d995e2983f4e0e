package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.diag.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder for work in progress, readable by the user alone. It goes away when closed and when the process is told to end. A
 * process that is killed leaves it behind; a lock file beside it, which nobody holds then, tells the next one to remove it.
 */
public final class WorkFolder implements AutoCloseable {
    private static final String LOCK = ".lock";
    private static final int TRIES = 5;
    private static final long PAUSE_MILLIS = 40;
    /** Lock files of this process. To open and close one would release its lock: POSIX locks belong to the process. */
    private static final Set<Path> OWN = new HashSet<>();

    private final Path path;
    private final Path lockFile;
    private final Optional<FileChannel> lock;
    private final Thread hook = new Thread(this::discard, "selvedge-work-folder");
    private boolean gone;

    private WorkFolder(Path path, Path lockFile, Optional<FileChannel> lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Among the system's temporary files.
     *
     * @param kind a word for its name
     */
    public static WorkFolder create(String kind) throws IOException {
        return in(Path.of(System.getProperty("java.io.tmpdir")), "selvedge-" + kind + "-");
    }

    /** Inside {@code parent}, which exists. Folders of this prefix that a killed process left there are removed first. */
    public static WorkFolder in(Path parent, String prefix) throws IOException {
        synchronized (OWN) {
            removeAbandoned(parent, prefix);
            Path lockFile = Files.createTempFile(parent, prefix, LOCK);
            Optional<FileChannel> lock = Optional.empty();
            try {
                FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                OWN.add(lockFile);
                lock = Optional.of(channel);
                if (channel.tryLock() == null) {
                    throw new IOException("another process holds " + lockFile);
                }
                Path path = Files.createDirectory(
                        folderOf(lockFile),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                return new WorkFolder(path, lockFile, lock);
            } catch (IOException e) {
                if (lock.isPresent()) {
                    lock.get().close();
                }
                Files.deleteIfExists(lockFile);
                OWN.remove(lockFile);
                throw e;
            }
        }
    }

    private static Path folderOf(Path lockFile) {
        String name = lockFile.getFileName().toString();
        return lockFile.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    }

    private static void removeAbandoned(Path parent, String prefix) throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, prefix + "*" + LOCK)) {
            for (Path lockFile : locks) {
                if (!OWN.contains(lockFile)) {
                    removeIfAbandoned(lockFile);
                }
            }
        }
    }

    private static void removeIfAbandoned(Path lockFile) {
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                delete(folderOf(lockFile));
                Files.deleteIfExists(lockFile);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // Of another user, or going away at this moment: not ours to care for.
            System.getLogger(WorkFolder.class.getName()).log(System.Logger.Level.DEBUG, "left alone: " + lockFile);
        }
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /** Leaves the folder to the user, for good. */
    public synchronized void keep() {
        if (!gone) {
            gone = true;
            unlock();
            removeHook();
        }
    }

    /** Removes the folder with all that is in it. */
    @Override
    public void close() {
        discard();
        removeHook();
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending; the hook finds nothing left to do.
        }
    }

    private synchronized void discard() {
        if (gone) {
            return;
        }
        gone = true;
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            try {
                delete(path);
                unlock();
                return;
            } catch (IOException e) {
                // A compiler that is being killed may still put a file into it.
                if (attempt == TRIES || !pause()) {
                    System.getLogger(WorkFolder.class.getName())
                            .log(System.Logger.Level.WARNING, "left behind: " + path + " (" + IoReason.of(e) + ")");
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void unlock() {
        synchronized (OWN) {
            try {
                Files.deleteIfExists(lockFile);
                if (lock.isPresent()) {
                    lock.get().close();
                }
            } catch (IOException e) {
                System.getLogger(WorkFolder.class.getName())
                        .log(System.Logger.Level.DEBUG, "left behind: " + lockFile + " (" + IoReason.of(e) + ")");
            }
            OWN.remove(lockFile);
        }
    }

    /** Removes a folder with all that is in it, if it is there. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Gone already.
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
