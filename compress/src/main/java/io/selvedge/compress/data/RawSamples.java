package io.selvedge.compress.data;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.DataDescription.Raw;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Headerless records, one per file. */
final class RawSamples implements Dataset {
    private final Path path;
    private final Archive archive;
    private final int[] entries;
    private final int[] labels;
    private final Optional<List<String>> classes;
    private final Raw raw;
    private final int[] shape;
    private final Preprocessing preprocessing;

    private RawSamples(
            Path path, Archive archive, int[] entries, int[] labels, Optional<List<String>> classes, Raw raw) {
        this.path = path;
        this.archive = archive;
        this.entries = entries;
        this.labels = labels;
        this.classes = classes;
        this.raw = raw;
        this.shape = raw.shape().extents();
        int channels = raw.input().layout() == InputDescription.Layout.NCHW
                ? (shape.length > 1 ? shape[1] : 1)
                : shape[shape.length - 1];
        this.preprocessing = new Preprocessing(raw.input(), channels);
    }

    static RawSamples open(Raw raw, Archive archive, Path path, Optional<List<String>> classes) {
        List<String> names = archive.names();
        // A label file often lies beside the records.
        String labelFile =
                raw.labels().map(l -> l.file().getFileName().toString()).orElse("");
        int[] entries = IntStream.range(0, names.size())
                .filter(i -> !names.get(i).equals(labelFile))
                .toArray();
        if (entries.length == 0) {
            throw new SelvedgeException(ErrorCode.EMPTY_DATA, "No record in '" + path + "'.");
        }
        Optional<Labels> file = raw.labels().map(source -> Labels.read(source, classes));
        int[] labels = file.map(
                        l -> IntStream.of(entries).map(i -> l.of(names.get(i))).toArray())
                .orElse(new int[0]);
        return new RawSamples(path, archive, entries, labels, classes, raw);
    }

    @Override
    public int size() {
        return entries.length;
    }

    @Override
    public Sample get(int index) {
        String name = archive.names().get(entries[index]);
        ByteBuffer bytes = ByteBuffer.wrap(read(index)).order(ByteOrder.LITTLE_ENDIAN);
        long wanted = raw.shape().elements() * raw.dtype().bytes();
        if (bytes.capacity() != wanted) {
            throw new SelvedgeException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Record '" + name + "' has " + bytes.capacity() + " bytes; "
                            + raw.dtype().text() + raw.shape() + " needs " + wanted
                            + ". Correct 'record' or the file.");
        }
        float[] values = new float[Math.toIntExact(raw.shape().elements())];
        for (int i = 0; i < values.length; i++) {
            double stored = Elements.read(bytes, raw.dtype(), i);
            if (!Double.isFinite(stored)) {
                throw new SelvedgeException(
                        ErrorCode.NAN_IN_DATA,
                        "Record '" + name + "' holds " + stored + " at element " + i + "; replace or remove it.");
            }
            values[i] = preprocessing.apply(
                    stored, Preprocessing.channelOf(i, shape, raw.input().layout()));
        }
        OptionalInt label = labels.length == 0 ? OptionalInt.empty() : OptionalInt.of(labels[index]);
        return new Sample(name, Map.of(raw.input().name(), values), label, Optional.empty());
    }

    private byte[] read(int index) {
        try {
            return archive.read(entries[index]);
        } catch (IOException e) {
            throw Archive.unreadable(path, e);
        }
    }

    @Override
    public Map<String, TensorType> inputs() {
        return Map.of(raw.input().name(), new TensorType(raw.input().dtype(), raw.shape()));
    }

    @Override
    public Optional<List<String>> classes() {
        return classes;
    }
}
