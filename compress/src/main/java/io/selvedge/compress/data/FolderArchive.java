package io.selvedge.compress.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Files below a folder; links are not followed, so that the walk ends. */
final class FolderArchive implements Archive {
    private static final int MAX_DEPTH = 32;

    private final Path folder;
    private final List<String> names;

    private FolderArchive(Path folder, List<String> names) {
        this.folder = folder;
        this.names = names;
    }

    static FolderArchive open(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder, MAX_DEPTH)) {
            List<String> names = files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !Archive.isHidden(name))
                    .limit(MAX_ENTRIES + 1L)
                    .toList();
            return new FolderArchive(folder, Archive.sorted(names, Comparator.naturalOrder()));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public byte[] read(int index) throws IOException {
        String name = names.get(index);
        Path file = folder.resolve(name);
        Archive.checkedBytes(name, Files.size(file));
        return Files.readAllBytes(file);
    }

    @Override
    public void close() {
        // Nothing stays open between reads.
    }
}
