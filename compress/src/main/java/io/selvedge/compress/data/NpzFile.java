package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** Arrays of an {@code .npz} file by name; stored ones are read in place, deflated ones are expanded first. */
final class NpzFile implements Closeable {
    private final List<FileChannel> channels = new ArrayList<>();
    private final Map<String, NpyArray> arrays = new TreeMap<>();

    private NpzFile() {}

    /** @throws SelvedgeException DATA_NOT_FOUND, BAD_DATA naming the array, IO_ERROR */
    static NpzFile open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new SelvedgeException(
                    ErrorCode.DATA_NOT_FOUND,
                    "No .npz file at '" + path + "'; relative paths start at the folder of the data description.");
        }
        NpzFile file = new NpzFile();
        try {
            file.load(path);
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e instanceof SelvedgeException coded ? coded : Archive.unreadable(path, e);
        }
    }

    private void load(Path path) throws IOException {
        FileChannel whole = FileChannel.open(path, StandardOpenOption.READ);
        channels.add(whole);
        try (ZipFile zip = ZipFile.builder().setPath(path).get()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                if (!entry.getName().endsWith(".npy")) {
                    continue;
                }
                String name = entry.getName().substring(0, entry.getName().length() - 4);
                try {
                    arrays.put(name, array(zip, entry, whole));
                } catch (IOException e) {
                    throw new SelvedgeException(
                            ErrorCode.BAD_DATA,
                            "Array '" + name + "' of '" + path + "' cannot be read: " + e.getMessage() + ".",
                            e);
                }
            }
        }
    }

    private NpyArray array(ZipFile zip, ZipArchiveEntry entry, FileChannel whole) throws IOException {
        if (entry.getMethod() == ZipEntry.STORED) {
            // getInputStream resolves the offset behind the local header.
            zip.getInputStream(entry).close();
            return NpyArray.open(whole, entry.getDataOffset(), entry.getSize());
        }
        if (entry.getMethod() != ZipEntry.DEFLATED) {
            // Commons Compress would look for the libraries of further methods, which are not here.
            throw new IOException(
                    "it is compressed by method " + entry.getMethod()
                            + "; only stored and deflated arrays are read: write the file with numpy's savez or savez_compressed");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            FileChannel expanded = Spool.expand(in, entry.getCompressedSize());
            channels.add(expanded);
            return NpyArray.open(expanded, 0, expanded.size());
        }
    }

    Map<String, NpyArray> arrays() {
        return Collections.unmodifiableMap(arrays);
    }

    @Override
    public void close() {
        for (FileChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new SelvedgeException(ErrorCode.IO_ERROR, "Cannot close data: " + e.getMessage(), e);
            }
        }
    }
}
