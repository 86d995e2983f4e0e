package io.selvedge.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;

/**
 * Writes a bundle: a zip file whose entries are stored, begin at multiples of 64 bytes but for coded bundles, and carry no times,
 * so that the same parts always give the same bytes. The manifest comes first, then the parts by name.
 *
 * <pre>{@code
 * new BundleWriter(manifest).part("weights.bin", weights).part("lib/generic/model.so", library)
 *     .golden(inputs, outputs).write(path);
 * }</pre>
 */
public final class BundleWriter {
    /** Id of the extra field that Android's zipalign pads with; its value begins with the alignment, 2 bytes. */
    private static final short PADDING_ID = (short) 0xd935;

    private static final int MIN_PADDING = 6;
    private static final short VERSION = 10;
    private static final short FIRST_OF_JANUARY_1980 = 0x21;

    private final Manifest manifest;
    private final TreeMap<String, byte[]> parts = new TreeMap<>();
    private final TreeMap<String, Integer> vectors = new TreeMap<>();
    private Optional<SortedSet<Integer>> cuts = Optional.empty();

    /** @param manifest everything but the digests and {@code weightBytes}, which the writer fills in */
    public BundleWriter(Manifest manifest) {
        this.manifest = manifest;
    }

    /**
     * Adds a part. The array must not change before {@link #write}.
     *
     * @throws IllegalArgumentException when the name is not a plain relative path or is taken
     */
    public BundleWriter part(String name, byte[] bytes) {
        if (PartName.isManifest(PartName.check(name))) {
            throw new IllegalArgumentException("the writer makes manifest.json itself");
        }
        if (parts.put(name, bytes) != null) {
            throw new IllegalArgumentException("'" + name + "' was added before");
        }
        return this;
    }

    /**
     * Adds a golden vector as {@code golden/input-N.bin} and {@code golden/output-N.bin}, N from 0: the tensors' bytes
     * one after the other in the manifest's order, states left out: they are zeros.
     *
     * @throws IllegalArgumentException when number or lengths differ from the manifest's tensors
     */
    public BundleWriter golden(List<byte[]> inputs, List<byte[]> outputs) {
        return golden(manifest.bindings().get(0), inputs, outputs);
    }

    /** The same for a further binding, {@code golden/input-N-SUFFIX.bin}. */
    public BundleWriter golden(Binding binding, List<byte[]> inputs, List<byte[]> outputs) {
        int number = vectors.merge(binding.suffix(), 1, Integer::sum) - 1;
        part(binding.part(GoldenVector.inputPart(number)), GoldenVector.join(manifest.given(binding.inputs()), inputs));
        part(
                binding.part(GoldenVector.outputPart(number)),
                GoldenVector.join(manifest.taken(binding.outputs()), outputs));
        return this;
    }

    /**
     * Stores parts in a form that takes less where there is one (docs/adr/0025). Such a bundle needs a runtime that reads format
     * version 2.
     *
     * @param weightCuts offsets in {@code weights.bin} at which another tensor begins; they make it smaller, whatever they are
     */
    public BundleWriter coded(SortedSet<Integer> weightCuts) {
        cuts = Optional.of(new TreeSet<>(weightCuts));
        return this;
    }

    /**
     * Writes the bundle beside {@code path} and renames it into place: there is never half a bundle at {@code path}.
     *
     * @return the manifest as written
     * @throws IllegalStateException when {@code weights.bin} or a target's library was not added
     * @throws IOException when the folder cannot be written or the bundle would exceed 4 GiB
     */
    public Manifest write(Path path) throws IOException {
        require(PartName.WEIGHTS);
        manifest.targets()
                .forEach(target -> manifest.bindings().forEach(binding -> require(binding.part(target.path()))));
        TreeMap<String, String> digests = new TreeMap<>();
        parts.forEach((name, bytes) -> digests.put(name, Digest.of(bytes)));
        TreeMap<String, byte[]> stored = new TreeMap<>(parts);
        TreeMap<String, Long> codedLengths = new TreeMap<>();
        cuts.ifPresent(weightCuts -> parts.forEach((name, bytes) -> (name.equals(PartName.WEIGHTS)
                        ? PartEncoder.encode(bytes, weightCuts)
                        : PartEncoder.encodeSmallest(bytes))
                .ifPresent(less -> {
                    stored.put(name, less);
                    codedLengths.put(name, (long) bytes.length);
                })));
        Manifest complete = manifest.withParts(parts.get(PartName.WEIGHTS).length, digests, codedLengths);
        Path target = path.toAbsolutePath();
        Path draft = Files.createTempFile(target.getParent(), "." + target.getFileName() + ".", ".tmp");
        try {
            try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                byte[] json = complete.toJson().getBytes(StandardCharsets.UTF_8);
                byte[] first = json;
                if (!codedLengths.isEmpty()) {
                    stored.put(PartName.CODED_MANIFEST, PartEncoder.deflated(json));
                    first = ManifestText.ofCoded(json.length).getBytes(StandardCharsets.UTF_8);
                }
                writeZip(out, first, stored);
                out.force(true);
            }
            makeReadable(draft);
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
        return complete;
    }

    private void require(String part) {
        if (!parts.containsKey(part)) {
            throw new IllegalStateException("the bundle needs the part '" + part + "'; added were " + parts.keySet());
        }
    }

    /** Temporary files belong to their user alone; a bundle has the rights that any new file has. */
    private static void makeReadable(Path draft) throws IOException {
        Path probe = Files.createFile(draft.resolveSibling(draft.getFileName() + ".rights"));
        try {
            if (Files.getFileStore(probe).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(probe));
            }
        } finally {
            Files.delete(probe);
        }
    }

    private void writeZip(FileChannel out, byte[] manifestJson, Map<String, byte[]> stored) throws IOException {
        TreeMap<String, ByteBuffer> headers = new TreeMap<>();
        ByteBuffer first = writeEntry(out, PartName.MANIFEST, manifestJson, cuts.isEmpty());
        for (Map.Entry<String, byte[]> part : stored.entrySet()) {
            String name = part.getKey();
            boolean mapped = name.equals(PartName.WEIGHTS) && part.getValue() == parts.get(name);
            headers.put(name, writeEntry(out, name, part.getValue(), mapped || cuts.isEmpty()));
        }
        long directory = out.position();
        writeFully(out, first);
        for (ByteBuffer header : headers.values()) {
            writeFully(out, header);
        }
        long directoryBytes = out.position() - directory;
        if (out.position() + ZipLayout.END_BYTES > 0xffffffffL || headers.size() >= 0xffff) {
            throw new IOException("the bundle would have 4 GiB or more, or 65535 parts or more");
        }
        short count = (short) (headers.size() + 1);
        writeFully(
                out,
                littleEndian(ZipLayout.END_BYTES)
                        .putInt(ZipLayout.END_SIGNATURE)
                        .putInt(0)
                        .putShort(count)
                        .putShort(count)
                        .putInt((int) directoryBytes)
                        .putInt((int) directory)
                        .putShort((short) 0)
                        .flip());
    }

    /**
     * Writes header and bytes.
     *
     * @return the entry's header for the directory
     */
    private static ByteBuffer writeEntry(FileChannel out, String name, byte[] bytes, boolean align) throws IOException {
        byte[] nameBytes = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        long start = out.position();
        long bare = start + ZipLayout.LOCAL_BYTES + nameBytes.length;
        int padding = align ? (int) (-bare & (Manifest.ALIGNMENT - 1)) : 0;
        if (padding > 0 && padding < MIN_PADDING) {
            padding += Manifest.ALIGNMENT;
        }
        ByteBuffer local = littleEndian(ZipLayout.LOCAL_BYTES + nameBytes.length + padding);
        common(local.putInt(ZipLayout.LOCAL_SIGNATURE), (int) crc.getValue(), bytes.length, nameBytes.length)
                .putShort((short) padding)
                .put(nameBytes);
        if (padding > 0) {
            local.putShort(PADDING_ID).putShort((short) (padding - 4)).putShort((short) Manifest.ALIGNMENT);
        }
        writeFully(out, local.clear());
        writeFully(out, ByteBuffer.wrap(bytes));
        ByteBuffer central = littleEndian(ZipLayout.CENTRAL_BYTES + nameBytes.length)
                .putInt(ZipLayout.CENTRAL_SIGNATURE)
                .putShort(VERSION);
        common(central, (int) crc.getValue(), bytes.length, nameBytes.length);
        // Extra field, comment, disk, two kinds of attributes: none.
        central.position(42);
        return central.putInt((int) start).put(nameBytes).flip();
    }

    /** The fields that both headers have in common. */
    private static ByteBuffer common(ByteBuffer header, int crc, int length, int nameLength) {
        return header.putShort(VERSION)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort(FIRST_OF_JANUARY_1980)
                .putInt(crc)
                .putInt(length)
                .putInt(length)
                .putShort((short) nameLength);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        int limit = bytes.limit();
        while (bytes.position() < limit) {
            bytes.limit(Math.min(limit, bytes.position() + ZipLayout.PIECE_BYTES));
            out.write(bytes);
        }
    }
}
