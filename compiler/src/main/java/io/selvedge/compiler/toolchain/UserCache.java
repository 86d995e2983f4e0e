package io.selvedge.compiler.toolchain;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * The user's cache folder: {@code $SELVEDGE_CACHE}, else {@code $XDG_CACHE_HOME/selvedge}, else
 * {@code ~/.cache/selvedge}. It may be deleted at any time; it is filled again when needed.
 *
 * @param root the folder; need not exist yet
 */
public record UserCache(Path root) {
    /** The cache of this process's user. */
    public static UserCache ofUser() {
        return of(System.getenv(), Path.of(System.getProperty("user.home", ".")));
    }

    /** The cache that {@code env} names, for a user whose home is {@code home}. */
    public static UserCache of(Map<String, String> env, Path home) {
        String own = env.getOrDefault("SELVEDGE_CACHE", "");
        if (!own.isBlank()) {
            return new UserCache(Path.of(own).toAbsolutePath());
        }
        String xdg = env.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG base directory rules say that a relative path is invalid and to be ignored.
        Path base = !xdg.isBlank() && Path.of(xdg).isAbsolute() ? Path.of(xdg) : home.resolve(".cache");
        return new UserCache(base.resolve("selvedge").toAbsolutePath());
    }

    /**
     * The folder {@code name} inside the cache, created if need be, readable by the user alone.
     *
     * @throws SelvedgeException OUTPUT_NOT_WRITABLE when it cannot be created
     */
    public Path folder(String name) {
        Path folder = root.resolve(name);
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root);
                if (Files.getFileStore(root).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
                }
            }
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    "the cache folder " + folder + " cannot be created (" + IoReason.of(e)
                            + "); set SELVEDGE_CACHE to a folder that can be written",
                    e);
        }
    }

    /**
     * Puts {@code text} into {@code file} in one step: a reader finds what was there before, or all of it.
     *
     * @throws SelvedgeException OUTPUT_NOT_WRITABLE
     */
    public static void keep(Path file, String text) {
        try {
            Path draft = Files.createTempFile(file.toAbsolutePath().getParent(), "draft-", ".tmp");
            try {
                Files.writeString(draft, text);
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    file + " cannot be written (" + IoReason.of(e) + "); free some space or set SELVEDGE_CACHE",
                    e);
        }
    }

    /** Name of a file for one of many things that a key tells apart: 16 digits of the key's SHA-256 are in it. */
    public static String fileName(String name, String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return name + "-" + HexFormat.of().formatHex(digest, 0, 8) + ".json";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
