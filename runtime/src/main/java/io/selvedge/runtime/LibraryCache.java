package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The folder into which native libraries are extracted: {@code $SELVEDGE_CACHE/lib}, else
 * {@code $XDG_CACHE_HOME/selvedge/lib}, else {@code ~/.cache/selvedge/lib}. Only its user may enter it, because what lies
 * there is executed. It may be deleted at any time.
 */
record LibraryCache(Path folder) {
    private static final int MODE_BITS = 07777;
    private static final int USER_ALONE = 0700;

    static LibraryCache of(Map<String, String> environment, Path home) {
        String own = environment.getOrDefault("SELVEDGE_CACHE", "");
        if (!own.isBlank()) {
            return new LibraryCache(Path.of(own).toAbsolutePath().resolve("lib"));
        }
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG base directory rules say that a relative path is invalid and to be ignored.
        Path base = !xdg.isBlank() && Path.of(xdg).isAbsolute() ? Path.of(xdg) : home.resolve(".cache");
        return new LibraryCache(base.toAbsolutePath().resolve("selvedge").resolve("lib"));
    }

    /**
     * The file with this digest's bytes, if it is there and unharmed; by its length and checksum (docs/adr/0019).
     *
     * @throws ModelException CACHE_UNUSABLE
     */
    Optional<Path> find(String digest, long length, int crc) {
        try {
            prepare();
            Path file = folder.resolve(digest + ".so");
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) != length) {
                return Optional.empty();
            }
            CRC32 found = new CRC32();
            found.update(Files.readAllBytes(file));
            return (int) found.getValue() == crc ? Optional.of(file) : Optional.empty();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /**
     * The file with these bytes, written unless it is there and unharmed.
     *
     * @param digest SHA-256 of the bytes, which names the file
     * @throws ModelException CACHE_UNUSABLE
     */
    Path store(String digest, byte[] library) {
        try {
            prepare();
            Path file = folder.resolve(digest + ".so");
            if (!holds(file, library)) {
                // The name is taken by another process as soon as it is complete, never before.
                Files.move(
                        writeNew(library), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                if (!holds(file, library)) {
                    throw new IOException("what was written to " + file + " does not read back the same");
                }
            }
            return file;
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /**
     * A further file with these bytes.
     *
     * @throws ModelException CACHE_UNUSABLE
     */
    Path storeCopy(byte[] library) {
        try {
            prepare();
            return writeNew(library);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private Path writeNew(byte[] library) throws IOException {
        Path draft = Files.createTempFile(folder, "new-", ".so");
        try {
            return Files.write(draft, library);
        } catch (IOException e) {
            Files.deleteIfExists(draft);
            throw e;
        }
    }

    private static boolean holds(Path file, byte[] library) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.size(file) == library.length
                && Arrays.equals(Files.readAllBytes(file), library);
    }

    private void prepare() throws IOException {
        Files.createDirectories(folder);
        // As numbers: the set of permissions that Java makes is an EnumSet, for which it makes classes.
        Map<String, Object> attributes;
        try {
            attributes = Files.readAttributes(folder, "unix:mode,owner");
        } catch (UnsupportedOperationException e) {
            return;
        }
        if (((int) attributes.get("mode") & MODE_BITS) != USER_ALONE) {
            // Fails for a folder of another user, whose libraries must not be run.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
        UserPrincipal owner = (UserPrincipal) attributes.get("owner");
        if (owner.getName().equals(System.getProperty("user.name"))) {
            return;
        }
        // A user without a name, as in containers: who owns what this process makes?
        Path probe = Files.createTempFile(folder, "owner-", "");
        try {
            if (!Files.getOwner(probe).equals(owner)) {
                throw new IOException("it belongs to " + owner.getName());
            }
        } finally {
            Files.delete(probe);
        }
    }

    /** Most file exceptions say what happened by their class alone. */
    private static String reason(IOException e) {
        return e.getClass().getSimpleName().replaceFirst("Exception$", "") + ": " + e.getMessage();
    }

    private ModelException unusable(IOException e) {
        return new ModelException(
                Code.CACHE_UNUSABLE,
                "native libraries cannot be extracted to " + folder + " (" + reason(e)
                        + "); set SELVEDGE_CACHE to a folder that this user owns and can write",
                e);
    }
}
