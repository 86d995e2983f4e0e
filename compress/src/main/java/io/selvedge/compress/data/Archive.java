package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Files of a folder, tar or zip, read by index without unpacking. Names are sorted, so the order does not depend on the
 * file system or on how the archive was packed. Reading is safe from several threads.
 */
interface Archive extends Closeable {
    /** A sample is held in memory while it is decoded; a larger file is not a sample. */
    int MAX_ENTRY_BYTES = 256 << 20;

    int MAX_ENTRIES = 10_000_000;

    /** Regular files without hidden ones (a leading dot), by path with {@code /}, sorted. */
    List<String> names();

    /** Whole content of {@code names().get(index)}. */
    byte[] read(int index) throws IOException;

    @Override
    void close() throws IOException;

    /** Opens by the name's ending.
     *  @throws SelvedgeException DATA_NOT_FOUND, BAD_DATA for a damaged or unknown container, IO_ERROR */
    static Archive open(Path path) {
        if (!Files.exists(path)) {
            throw new SelvedgeException(
                    ErrorCode.DATA_NOT_FOUND,
                    "No data at '" + path + "'; relative paths start at the folder of the data description.");
        }
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        try {
            if (Files.isDirectory(path)) {
                return FolderArchive.open(path);
            } else if (name.endsWith(".zip")) {
                return ZipArchive.open(path);
            } else if (name.endsWith(".tar")) {
                return TarArchive.open(path);
            } else if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
                return TarArchive.openCompressed(path);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(path, e);
        }
        throw new SelvedgeException(
                ErrorCode.BAD_DATA,
                "'" + path
                        + "' is neither a folder nor a .tar, .tar.gz, .tgz or .zip file; pack the samples as one of these.");
    }

    /** The error for a container that cannot be read: damaged when its content is at fault, else input/output. */
    static SelvedgeException unreadable(Path path, Exception cause) {
        boolean denied = cause instanceof java.nio.file.FileSystemException;
        return new SelvedgeException(
                denied ? ErrorCode.IO_ERROR : ErrorCode.BAD_DATA,
                "'" + path + "' cannot be read as data: " + cause.getMessage()
                        + (denied ? "." : ". Is it complete? Pack or download it again."),
                cause);
    }

    static boolean isHidden(String name) {
        String base = name.substring(name.lastIndexOf('/') + 1);
        return base.startsWith(".") || name.startsWith("__MACOSX/");
    }

    /** Checks the size that an entry declares, before memory is asked for. */
    static int checkedBytes(String name, long bytes) throws IOException {
        if (bytes < 0 || bytes > MAX_ENTRY_BYTES) {
            throw new IOException("'" + name + "' has " + bytes + " bytes; a sample has at most " + MAX_ENTRY_BYTES);
        }
        return (int) bytes;
    }

    static <T> List<T> sorted(List<T> entries, Comparator<T> byName) throws IOException {
        if (entries.size() > MAX_ENTRIES) {
            throw new IOException("more than " + MAX_ENTRIES + " files");
        }
        return entries.stream().sorted(byName).toList();
    }
}
