package io.selvedge.compress.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Entries of a zip. */
final class ZipArchive implements Archive {
    private final ZipFile zip;
    private final List<ZipEntry> entries;
    private final List<String> names;

    private ZipArchive(ZipFile zip) throws IOException {
        this.zip = zip;
        List<ZipEntry> all = zip.stream()
                .map(ZipEntry.class::cast)
                .filter(entry -> !entry.isDirectory() && !Archive.isHidden(entry.getName()))
                .toList();
        this.entries = Archive.sorted(all, Comparator.comparing(ZipEntry::getName));
        this.names = entries.stream().map(ZipEntry::getName).toList();
    }

    static ZipArchive open(Path file) throws IOException {
        ZipFile zip = new ZipFile(file.toFile());
        try {
            return new ZipArchive(zip);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public byte[] read(int index) throws IOException {
        ZipEntry entry = entries.get(index);
        // The declared size may lie, so reading stops one byte past the limit whatever it says.
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(MAX_ENTRY_BYTES + 1);
            Archive.checkedBytes(entry.getName(), bytes.length);
            return bytes;
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
