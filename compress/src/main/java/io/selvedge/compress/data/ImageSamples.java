package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.image.Colour;
import io.selvedge.compiler.image.ImageFile;
import io.selvedge.compiler.image.ImageFile.Pixels;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.DataDescription.Images;
import io.selvedge.compress.data.InputDescription.ImageSize;
import io.selvedge.compress.data.InputDescription.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/** Images of an archive. Decoded pixels are kept as bytes while they fit the cache, so later passes do not decode. */
final class ImageSamples implements Dataset {
    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff");

    private final Path path;
    private final Archive archive;
    private final int[] entries;
    private final int[] labels;
    private final Optional<List<String>> classes;
    private final InputDescription input;
    private final ImageSize size;
    private final float[][] tables;
    private final AtomicReferenceArray<byte[]> cache;
    private final AtomicLong cacheBytesLeft =
            new AtomicLong(Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 4));

    /** @param labels class index per entry of {@code entries}; empty without labels */
    private ImageSamples(
            Path path,
            Archive archive,
            int[] entries,
            int[] labels,
            Optional<List<String>> classes,
            InputDescription input) {
        this.path = path;
        this.archive = archive;
        this.entries = entries;
        this.labels = labels;
        this.classes = classes;
        this.input = input;
        this.tables = new Preprocessing(input, input.colour().channels()).byteTables();
        this.cache = new AtomicReferenceArray<>(entries.length);
        this.size = input.size().orElseGet(this::sizeOfFirst);
    }

    static ImageSamples open(Images images, Archive archive, Path path, Optional<List<String>> classes) {
        List<String> names = archive.names();
        int[] entries = IntStream.range(0, names.size())
                .filter(i -> isImage(names.get(i)))
                .toArray();
        if (entries.length == 0) {
            throw new SelvedgeException(
                    ErrorCode.EMPTY_DATA,
                    "No image in '" + path + "' (" + names.size() + " other files); images end in "
                            + ENDINGS.stream().sorted().toList() + ".");
        }
        Optional<Labels> file = images.labels().map(source -> Labels.read(source, classes));
        int[] labels = {};
        if (file.isPresent()) {
            labels = IntStream.of(entries).map(i -> file.get().of(names.get(i))).toArray();
        } else if (classes.isPresent()) {
            labels = IntStream.of(entries)
                    .map(i -> Labels.ofFolder(names.get(i), classes.get()))
                    .toArray();
        }
        return new ImageSamples(path, archive, entries, labels, classes, images.input());
    }

    private static boolean isImage(String name) {
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    private ImageSize sizeOfFirst() {
        Pixels first = decode(0);
        return new ImageSize(first.height(), first.width());
    }

    @Override
    public int size() {
        return entries.length;
    }

    @Override
    public Sample get(int index) {
        byte[] pixels = pixels(index);
        int channels = input.colour().channels();
        float[] values = new float[pixels.length];
        int plane = size.height() * size.width();
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < channels; c++) {
                int to = input.layout() == Layout.NCHW ? c * plane + i : i * channels + c;
                values[to] = tables[c][pixels[i * channels + c] & 0xff];
            }
        }
        OptionalInt label = labels.length == 0 ? OptionalInt.empty() : OptionalInt.of(labels[index]);
        return new Sample(name(index), Map.of(input.name(), values), label, Optional.empty());
    }

    private byte[] pixels(int index) {
        byte[] cached = cache.get(index);
        if (cached != null) {
            return cached;
        }
        Pixels decoded = decode(index);
        if (input.size().isPresent()) {
            decoded = ImageFile.resize(decoded, input.colour().channels(), size.height(), size.width());
        } else if (decoded.height() != size.height() || decoded.width() != size.width()) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Image '" + name(index) + "' has " + decoded.height() + "x" + decoded.width()
                            + " pixels, the first image " + size.height() + "x" + size.width()
                            + "; give 'resize: [height, width]' in 'input'.");
        }
        if (cacheBytesLeft.addAndGet(-decoded.bytes().length) >= 0) {
            cache.set(index, decoded.bytes());
        }
        return decoded.bytes();
    }

    private Pixels decode(int index) {
        Colour colour = input.colour();
        try {
            return ImageFile.decode(name(index), archive.read(entries[index]), colour);
        } catch (IOException e) {
            throw Archive.unreadable(path, e);
        }
    }

    private String name(int index) {
        return archive.names().get(entries[index]);
    }

    @Override
    public Map<String, TensorType> inputs() {
        long channels = input.colour().channels();
        long[] extents = input.layout() == Layout.NCHW
                ? new long[] {1, channels, size.height(), size.width()}
                : new long[] {1, size.height(), size.width(), channels};
        return Map.of(input.name(), TensorType.of(input.dtype(), extents));
    }

    @Override
    public Optional<List<String>> classes() {
        return classes;
    }
}
