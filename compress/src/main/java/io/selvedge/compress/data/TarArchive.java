package io.selvedge.compress.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/** Regular entries of a tar, read at their offsets. A compressed one is expanded first, see {@link Spool}. */
final class TarArchive implements Archive {
    private record Entry(String name, long offset, int bytes) {}

    private final FileChannel channel;
    private final List<Entry> entries;
    private final List<String> names;

    private TarArchive(FileChannel channel) throws IOException {
        this.channel = channel;
        this.entries = Archive.sorted(list(channel), Comparator.comparing(Entry::name));
        this.names = entries.stream().map(Entry::name).toList();
    }

    static TarArchive open(Path file) throws IOException {
        return closingOnFailure(FileChannel.open(file, StandardOpenOption.READ));
    }

    static TarArchive openCompressed(Path file) throws IOException {
        try (InputStream in =
                new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16), 1 << 16)) {
            return closingOnFailure(Spool.expand(in, Files.size(file)));
        } catch (EOFException e) {
            throw new IOException("the compressed data ends early", e);
        }
    }

    private static TarArchive closingOnFailure(FileChannel channel) throws IOException {
        try {
            return new TarArchive(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    // TarFile would close the channel that later reads need, so it is left to the garbage collector: it owns nothing
    // else.
    @SuppressWarnings("resource")
    private static List<Entry> list(FileChannel channel) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (TarArchiveEntry entry : new TarFile(channel).getEntries()) {
            String name = entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName();
            if (entry.isFile() && !entry.isSymbolicLink() && !entry.isLink() && !Archive.isHidden(name)) {
                if (entry.isSparse()) {
                    throw new IOException("'" + name + "' is a sparse entry; pack it without --sparse");
                }
                entries.add(new Entry(name, entry.getDataOffset(), Archive.checkedBytes(name, entry.getSize())));
            }
        }
        return entries;
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public byte[] read(int index) throws IOException {
        Entry entry = entries.get(index);
        return Spool.read(channel, entry.offset(), entry.bytes());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
