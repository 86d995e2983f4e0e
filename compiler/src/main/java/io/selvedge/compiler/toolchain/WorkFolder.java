package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.diag.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder for work in progress, readable by the user alone. It goes away when closed and when the process is told to end,
 * and with it those of its parents that were made for it and hold nothing else. A process that is killed leaves it behind; a
 * lock file beside it, which nobody holds then, tells the next one to remove it.
 */
public final class WorkFolder implements AutoCloseable {
    private static final String LOCK = ".lock";
    private static final int TRIES = 5;
    private static final long PAUSE_MILLIS = 40;
    /** Lock files of this process. To open and close one would release its lock: POSIX locks belong to the process. */
    private static final Set<Path> OWN = new HashSet<>();
    /** What the process removes when it is told to end; guarded by {@code OWN}, like the next. */
    private static final Set<WorkFolder> OPEN = new HashSet<>();

    private static boolean ending = !hooked();

    private final Path path;
    private final Path lockFile;
    private final Optional<FileChannel> lock;
    private final List<Path> madeParents;
    private boolean gone;

    private WorkFolder(Path path, Path lockFile, Optional<FileChannel> lock, List<Path> madeParents) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
        this.madeParents = madeParents;
    }

    private static boolean hooked() {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(WorkFolder::end, "selvedge-work-folders"));
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Whoever makes a folder at this moment finishes first; after it nobody makes one. */
    private static void end() {
        List<WorkFolder> open;
        synchronized (OWN) {
            ending = true;
            open = List.copyOf(OPEN);
        }
        open.forEach(WorkFolder::discard);
    }

    /**
     * Among the system's temporary files.
     *
     * @param kind a word for its name
     */
    public static WorkFolder create(String kind) throws IOException {
        return in(Path.of(System.getProperty("java.io.tmpdir")), "selvedge-" + kind + "-");
    }

    /** Inside {@code parent}, made if need be. Folders of this prefix that a killed process left there are removed first. */
    public static WorkFolder in(Path parent, String prefix) throws IOException {
        synchronized (OWN) {
            if (ending) {
                throw new IOException("the process is ending");
            }
            List<Path> made = missing(parent);
            try {
                Files.createDirectories(parent);
                WorkFolder folder = make(parent, prefix, made);
                OPEN.add(folder);
                return folder;
            } catch (IOException e) {
                removeEmpty(made);
                throw e;
            }
        }
    }

    private static WorkFolder make(Path parent, String prefix, List<Path> madeParents) throws IOException {
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
            return new WorkFolder(path, lockFile, lock, madeParents);
        } catch (IOException e) {
            if (lock.isPresent()) {
                lock.get().close();
            }
            Files.deleteIfExists(lockFile);
            OWN.remove(lockFile);
            throw e;
        }
    }

    /** The folder and its parents that are not there, innermost first. */
    private static List<Path> missing(Path folder) {
        List<Path> missing = new ArrayList<>();
        for (Path at = folder.toAbsolutePath(); at != null && Files.notExists(at); at = at.getParent()) {
            missing.add(at);
        }
        return missing;
    }

    private static void removeEmpty(List<Path> folders) {
        try {
            for (Path folder : folders) {
                Files.deleteIfExists(folder);
            }
        } catch (DirectoryNotEmptyException e) {
            // Results lie in it.
        } catch (IOException e) {
            System.getLogger(WorkFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "left behind: " + folders + " (" + IoReason.of(e) + ")");
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
        }
    }

    /** Removes the folder with all that is in it. */
    @Override
    public void close() {
        discard();
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
                removeEmpty(madeParents);
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
            OPEN.remove(this);
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
