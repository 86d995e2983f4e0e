package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/**
 * clang and lld from the Maven artefact {@code org.bytedeco:llvm}, unpacked once into the user's cache.
 *
 * <p>Only the 285 MB that compiling C needs are unpacked. The folder's name is a digest of the entries' names, sizes and
 * checksums, so a new LLVM gets a new folder. One process unpacks at a time, into a neighbouring folder that is renamed
 * when complete; a folder whose files have other sizes than the jar's entries is unpacked again, and one whose compiler does
 * not work and whose bytes are not the jar's too.
 */
final class BundledLlvm {
    private static final String PREFIX = "org/bytedeco/llvm/linux-x86_64/";
    private static final String HEADERS = "lib/clang/20/include/";
    private static final String FOLDER = "toolchain";
    private static final String MARKER = "complete";
    private static final ReentrantLock THREADS = new ReentrantLock();

    private record Item(String entry, String path, long bytes, long crc) {
        boolean isProgram() {
            return path.startsWith("bin/");
        }
    }

    private BundledLlvm() {}

    /** The unpacked tool chain's folder, with {@code bin/clang}, {@code bin/ld.lld} and {@code bin/wasm-ld} in it. */
    static Path locate(UserCache cache, Toolchain.Progress progress) {
        Path home = filled(cache, progress);
        Path linker = home.resolve("bin").resolve("wasm-ld");
        try {
            // One program by several names: it links what it is called by.
            Files.createSymbolicLink(linker, Path.of("ld.lld"));
        } catch (FileAlreadyExistsException e) {
            // From an earlier time.
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR, "the linker " + linker + " cannot be made (" + IoReason.of(e) + ")", e);
        }
        return home;
    }

    private static Path filled(UserCache cache, Toolchain.Progress progress) {
        try (JarFile jar = openJar()) {
            List<Item> items = items(jar);
            String digest = digest(items);
            Path parent = cache.folder(FOLDER);
            Path home = home(parent, digest);
            if (isComplete(home, digest, items)) {
                return home;
            }
            THREADS.lock();
            try (FileChannel channel = FileChannel.open(
                            parent.resolve(home.getFileName() + ".lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock _ = acquire(channel)) {
                if (!isComplete(home, digest, items)) {
                    unpack(jar, items, digest, home, progress);
                }
            } finally {
                THREADS.unlock();
            }
            return home;
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "the bundled C compiler could not be unpacked into " + cache.root() + " (" + IoReason.of(e)
                            + "); set SELVEDGE_CACHE to a folder with 300 MB free, or pass --cc",
                    e);
        }
    }

    /** The folder if it is there and complete. */
    static Optional<Path> unpacked(UserCache cache) {
        try (JarFile jar = openJar()) {
            List<Item> items = items(jar);
            String digest = digest(items);
            Path home = home(cache.root().resolve(FOLDER), digest);
            return isComplete(home, digest, items) ? Optional.of(home) : Optional.empty();
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR, "the cache " + cache.root() + " cannot be read (" + IoReason.of(e) + ")", e);
        }
    }

    /**
     * Compares every unpacked byte with the jar, and unpacks again what differs from it: for a tool chain that does not work.
     *
     * @return whether something was damaged
     */
    static boolean repair(UserCache cache, Toolchain.Progress progress) {
        try (JarFile jar = openJar()) {
            List<Item> items = items(jar);
            String digest = digest(items);
            Path home = home(cache.folder(FOLDER), digest);
            if (isComplete(home, digest, items) && isIntact(home, items)) {
                return false;
            }
            Files.deleteIfExists(home.resolve(MARKER));
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.IO_ERROR,
                    "the unpacked C compiler in " + cache.root() + " is damaged and cannot be replaced ("
                            + IoReason.of(e) + "); delete that folder",
                    e);
        }
        locate(cache, progress);
        return true;
    }

    private static boolean isIntact(Path home, List<Item> items) throws IOException {
        byte[] buffer = new byte[1 << 18];
        for (Item item : items) {
            CRC32 crc = new CRC32();
            try (InputStream in = Files.newInputStream(home.resolve(item.path))) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    crc.update(buffer, 0, n);
                }
            }
            if (crc.getValue() != item.crc || item.isProgram() && !Files.isExecutable(home.resolve(item.path))) {
                return false;
            }
        }
        return true;
    }

    private static Path home(Path parent, String digest) {
        return parent.resolve(digest.substring(0, 16));
    }

    private static JarFile openJar() throws IOException {
        String host = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!host.equals("Linux amd64")) {
            throw missing("it is for Linux on x86-64 and this is " + host);
        }
        Optional<URL> url =
                Optional.ofNullable(BundledLlvm.class.getClassLoader().getResource(PREFIX + "clang"));
        if (url.isPresent() && url.get().openConnection() instanceof JarURLConnection connection) {
            // The connection's own JarFile is shared by the whole process and must not be closed here.
            return new JarFile(
                    Path.of(java.net.URI.create(connection.getJarFileURL().toString()))
                            .toFile());
        }
        throw missing("org.bytedeco:llvm with classifier linux-x86_64 is not on the class path");
    }

    private static SelvedgeException missing(String why) {
        return new SelvedgeException(
                ErrorCode.TOOLCHAIN_MISSING,
                "the bundled C compiler is not available: " + why
                        + "; pass --cc with the path of a clang or gcc, for instance --cc /usr/bin/clang");
    }

    private static List<Item> items(JarFile jar) throws IOException {
        List<Item> items = new ArrayList<>();
        items.add(item(jar, "clang", "bin/clang"));
        items.add(item(jar, "lld", "bin/ld.lld"));
        items.add(item(jar, "libLLVM.so", "lib/libLLVM.so.20.1"));
        items.add(item(jar, "libclang-cpp.so", "lib/libclang-cpp.so.20.1"));
        jar.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.startsWith(PREFIX + HEADERS) && name.endsWith(".h"))
                .map(name -> name.substring(PREFIX.length()))
                .filter(name -> name.indexOf('/', HEADERS.length()) < 0)
                .sorted()
                .forEach(name -> items.add(item(jar, name, name)));
        return items;
    }

    private static Item item(JarFile jar, String name, String path) {
        Optional<ZipEntry> entry = Optional.ofNullable(jar.getEntry(PREFIX + name));
        return entry.map(e -> new Item(e.getName(), path, e.getSize(), e.getCrc()))
                .orElseThrow(() -> missing(jar.getName() + " does not contain " + PREFIX + name));
    }

    private static String digest(List<Item> items) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (Item item : items) {
                sha.update((item.path + ' ' + item.bytes + ' ' + item.crc + '\n').getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isComplete(Path home, String digest, List<Item> items) throws IOException {
        Path marker = home.resolve(MARKER);
        if (!Files.isRegularFile(marker) || !Files.readString(marker).equals(digest)) {
            return false;
        }
        for (Item item : items) {
            Path file = home.resolve(item.path);
            if (!Files.isRegularFile(file) || Files.size(file) != item.bytes) {
                return false;
            }
        }
        return true;
    }

    private static FileLock acquire(FileChannel channel) throws IOException {
        while (true) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException e) {
                // Held by this JVM through another class loader: the file system cannot wait for that, so we do.
                try {
                    Thread.sleep(50);
                } catch (InterruptedException interrupt) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted while another thread unpacks", interrupt);
                }
            }
        }
    }

    private static void unpack(JarFile jar, List<Item> items, String digest, Path home, Toolchain.Progress progress)
            throws IOException {
        Path partial = home.resolveSibling(home.getFileName() + ".partial");
        WorkFolder.delete(partial);
        WorkFolder.delete(home);
        long totalBytes = items.stream().mapToLong(Item::bytes).sum();
        long freeBytes = Files.getFileStore(home.getParent()).getUsableSpace();
        if (freeBytes < totalBytes) {
            throw new IOException("needs " + (totalBytes >> 20) + " MB, found " + (freeBytes >> 20) + " MB free");
        }
        try {
            long doneBytes = 0;
            byte[] buffer = new byte[1 << 18];
            for (Item item : items) {
                Path file = partial.resolve(item.path);
                Files.createDirectories(file.getParent());
                try (InputStream in = jar.getInputStream(jar.getEntry(item.entry));
                        OutputStream out = Files.newOutputStream(file)) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        out.write(buffer, 0, n);
                        doneBytes += n;
                        progress.unpacked(doneBytes, totalBytes);
                    }
                }
                if (item.isProgram()) {
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
            Files.writeString(partial.resolve(MARKER), digest);
            Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            WorkFolder.delete(partial);
            throw e;
        }
    }
}
