package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * An open {@code .selv} file. Opening checks the structure and every part; nothing is loaded or run, so a bundle for another
 * CPU can be looked into. A bundle in use must be replaced by renaming, never rewritten in place.
 */
public final class Bundle implements AutoCloseable {
    private static final int MAX_MANIFEST_BYTES = 16 << 20;
    /** The JDK's first mapping takes as long as reading several MiB. */
    private static final int MOST_READ_BYTES = 4 << 20;

    private final Path path;
    private final FileChannel file;
    private final SortedMap<String, ZipLayout.Entry> entries;
    private final Manifest manifest;
    private final Check check;

    /** How parts are told from damaged ones. */
    private enum Check {
        /** The zip's CRC-32, in a fraction of the time. */
        CRC,
        /** The manifest's SHA-256. */
        SHA256
    }

    private Bundle(Path path, FileChannel file, Check check) throws IOException {
        this.path = path;
        this.file = file;
        this.check = check;
        entries = ZipLayout.read(file);
        manifest = Manifest.fromJson(manifestText());
        checkParts();
    }

    /**
     * Opens the file at {@code path} and checks the SHA-256 of every part.
     *
     * @throws ModelException NOT_FOUND, IO_FAILED, BAD_BUNDLE, DIGEST_MISMATCH or UNSUPPORTED_VERSION
     */
    public static Bundle open(Path path) {
        return open(path, Check.SHA256);
    }

    /** {@link #open(Path)} for a start that must be short: by the CRC-32 of every part (docs/adr/0019). */
    static Bundle openToRun(Path path) {
        return open(path, Check.CRC);
    }

    private static Bundle open(Path path, Check check) {
        if (Files.isDirectory(path)) {
            throw new ModelException(Code.BAD_BUNDLE, path + " is a folder; needed a .selv file");
        }
        FileChannel file;
        try {
            file = FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new ModelException(
                    Code.NOT_FOUND, "there is no bundle " + path.toAbsolutePath() + "; check the path", e);
        } catch (IOException e) {
            throw ioFailed(path, e);
        }
        boolean opened = false;
        try {
            Bundle bundle = new Bundle(path, file, check);
            opened = true;
            return bundle;
        } catch (IOException e) {
            throw ioFailed(path, e);
        } catch (ModelException e) {
            throw e.in(path);
        } finally {
            if (!opened) {
                closeQuietly(file);
            }
        }
    }

    private String manifestText() throws IOException {
        String text = text(manifestBytes(PartName.MANIFEST));
        OptionalInt length = ManifestText.codedBytes(text);
        if (length.isEmpty()) {
            return text;
        }
        byte[] stored = manifestBytes(PartName.CODED_MANIFEST);
        if (length.getAsInt() < 0
                || length.getAsInt() > MAX_MANIFEST_BYTES
                || !PartDecoder.isPlausible(length.getAsInt(), stored.length)) {
            throw new ModelException(Code.BAD_BUNDLE, "its manifest cannot have " + length.getAsInt() + " bytes");
        }
        ByteBuffer plain = ByteBuffer.allocate(length.getAsInt());
        PartDecoder.decode(ByteBuffer.wrap(stored), plain.capacity(), plain::put);
        return text(plain.array());
    }

    private byte[] manifestBytes(String part) throws IOException {
        ZipLayout.Entry entry = entries.get(part);
        if (entry == null || entry.length() > MAX_MANIFEST_BYTES) {
            throw new ModelException(
                    Code.BAD_BUNDLE,
                    entry == null ? "it is a zip file without " + part : "its " + part + " is over 16 MiB");
        }
        byte[] bytes = bytes(entry);
        if (crcOf(bytes) != entry.crc()) {
            throw damaged(part);
        }
        return bytes;
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelException(Code.BAD_BUNDLE, "manifest.json is not UTF-8", e);
        }
    }

    private void checkParts() throws IOException {
        TreeSet<String> present = new TreeSet<>(entries.keySet());
        present.remove(PartName.MANIFEST);
        present.remove(PartName.CODED_MANIFEST);
        if (!present.equals(manifest.parts().keySet())) {
            throw new ModelException(
                    Code.BAD_BUNDLE,
                    "the manifest lists the parts " + manifest.parts().keySet() + ", the file has " + present);
        }
        for (Target target : manifest.targets()) {
            for (Binding binding : manifest.bindings()) {
                String part = binding.part(target.path());
                if (!present.contains(part)) {
                    throw new ModelException(
                            Code.BAD_BUNDLE, "target " + target.name() + " has no part '" + part + "'");
                }
            }
        }
        if (!present.contains(PartName.WEIGHTS) || length(PartName.WEIGHTS) != manifest.weightBytes()) {
            throw new ModelException(
                    Code.BAD_BUNDLE,
                    "the manifest needs weights.bin of " + manifest.weightBytes() + " bytes, the file has "
                            + (present.contains(PartName.WEIGHTS) ? length(PartName.WEIGHTS) : "none"));
        }
        for (Map.Entry<String, Long> part : manifest.coded().entrySet()) {
            long stored = storedLength(part.getKey());
            if (!PartDecoder.isPlausible(part.getValue(), stored)) {
                throw new ModelException(
                        Code.BAD_BUNDLE,
                        "the " + stored + " bytes of '" + part.getKey() + "' cannot stand for " + part.getValue());
            }
        }
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(ZipLayout.PIECE_BYTES, file.size()));
        for (String part : present) {
            checkPart(entries.get(part), chunk);
        }
    }

    private void checkPart(ZipLayout.Entry entry, ByteBuffer chunk) throws IOException {
        switch (check) {
            case CRC -> {
                CRC32 crc = new CRC32();
                for (long done = 0; done < entry.length(); done += chunk.limit()) {
                    crc.update(piece(entry, chunk, done));
                }
                require((int) crc.getValue() == entry.crc(), entry.name());
            }
            case SHA256 -> {
                Digest digest = new Digest();
                if (isCoded(entry.name())) {
                    decode(entry, digest::update);
                } else {
                    for (long done = 0; done < entry.length(); done += chunk.limit()) {
                        digest.update(piece(entry, chunk, done));
                    }
                }
                requireDigest(entry.name(), digest.hex());
            }
        }
    }

    /** The entry's bytes from {@code done} on, as many as the chunk takes. */
    private ByteBuffer piece(ZipLayout.Entry entry, ByteBuffer chunk, long done) throws IOException {
        chunk.clear().limit((int) Math.min(chunk.capacity(), entry.length() - done));
        ZipLayout.readFully(file, chunk, entry.offset() + done);
        return chunk.flip();
    }

    /** The bundle's own description. */
    public Manifest manifest() {
        return manifest;
    }

    /** Where the bundle lies. */
    public Path path() {
        return path;
    }

    /** Whether there is a part of that name. */
    public boolean has(String part) {
        return manifest.parts().containsKey(part);
    }

    /**
     * Length of a part in bytes, decoded.
     *
     * @throws ModelException NO_SUCH_PART
     */
    public long length(String part) {
        long stored = storedLength(part);
        return manifest.coded().getOrDefault(part, stored);
    }

    /**
     * The bytes that a part takes in the file.
     *
     * @throws ModelException NO_SUCH_PART
     */
    public long storedLength(String part) {
        return entry(part).length();
    }

    /** CRC-32 of a part's plain bytes, without decoding them. */
    int plainCrc(String part) {
        ZipLayout.Entry entry = entry(part);
        if (!isCoded(part)) {
            return entry.crc();
        }
        try {
            ByteBuffer head = ByteBuffer.allocate((int) Math.min(PartDecoder.HEAD_BYTES, entry.length()));
            ZipLayout.readFully(file, head, entry.offset());
            return PartDecoder.crc(head.flip());
        } catch (IOException e) {
            throw ioFailed(path, e);
        }
    }

    private boolean isCoded(String part) {
        return manifest.coded().containsKey(part);
    }

    /** Gives the plain bytes of a coded part to {@code sink}, piece by piece. */
    private void decode(ZipLayout.Entry entry, Consumer<ByteBuffer> sink) throws IOException {
        try {
            PartDecoder.decode(stored(entry), length(entry.name()), sink);
        } catch (ModelException e) {
            throw e.code() == Code.BAD_BUNDLE
                    ? new ModelException(
                            Code.BAD_BUNDLE,
                            "'" + entry.name() + "' in " + path + " cannot be decoded: " + e.reason()
                                    + "; make or copy the bundle again",
                            e)
                    : e;
        }
    }

    /** The bytes of an entry as they are in the file, little-endian; mapped when they are many. */
    private ByteBuffer stored(ZipLayout.Entry entry) throws IOException {
        return entry.length() <= MOST_READ_BYTES
                ? ByteBuffer.wrap(bytes(entry))
                : file.map(MapMode.READ_ONLY, entry.offset(), entry.length());
    }

    /**
     * The bytes of a part, checked once more.
     *
     * @throws ModelException NO_SUCH_PART, DIGEST_MISMATCH or IO_FAILED
     */
    public byte[] read(String part) {
        ZipLayout.Entry entry = entry(part);
        try {
            byte[] bytes = isCoded(part) ? decoded(entry) : bytes(entry);
            if (check == Check.SHA256) {
                requireDigest(part, Digest.of(bytes));
            } else if (!isCoded(part)) {
                require(crcOf(bytes) == entry.crc(), part);
            }
            return bytes;
        } catch (IOException e) {
            throw ioFailed(path, e);
        }
    }

    /** A part outside of the heap: a large one is memory that the operating system fills when it is touched. */
    ByteBuffer direct(String part) {
        ZipLayout.Entry entry = entry(part);
        try {
            if (isCoded(part)) {
                ByteBuffer bytes = outsideOfTheHeap(part);
                decode(entry, bytes::put);
                return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
            }
            if (entry.length() <= MOST_READ_BYTES) {
                ByteBuffer bytes = outsideOfTheHeap(part);
                ZipLayout.readFully(file, bytes, entry.offset());
                return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
            }
            return file.map(MapMode.READ_ONLY, entry.offset(), entry.length()).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw ioFailed(path, e);
        }
    }

    /** @throws ModelException OUT_OF_MEMORY */
    private ByteBuffer outsideOfTheHeap(String part) {
        int length = (int) length(part);
        try {
            return ByteBuffer.allocateDirect(length + 2 * Manifest.ALIGNMENT)
                    .alignedSlice(Manifest.ALIGNMENT)
                    .limit(length);
        } catch (OutOfMemoryError e) {
            throw new ModelException(
                    Code.OUT_OF_MEMORY,
                    "'" + part + "' needs " + length + " bytes of direct memory (" + e.getMessage()
                            + "); raise -XX:MaxDirectMemorySize",
                    e);
        }
    }

    private byte[] decoded(ZipLayout.Entry entry) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) length(entry.name()));
        decode(entry, bytes::put);
        return bytes.array();
    }

    private ZipLayout.Entry entry(String part) {
        if (!has(part)) {
            throw new ModelException(
                    Code.NO_SUCH_PART,
                    path + " has no part '" + part + "'; it has "
                            + manifest.parts().keySet());
        }
        return entries.get(part);
    }

    private byte[] bytes(ZipLayout.Entry entry) throws IOException {
        if (entry.length() > Integer.MAX_VALUE - 8) {
            throw new ModelException(Code.BAD_BUNDLE, "'" + entry.name() + "' has 2 GiB or more");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) entry.length());
        ZipLayout.readFully(file, bytes, entry.offset());
        return bytes.array();
    }

    private void requireDigest(String part, String digest) {
        require(digest.equals(manifest.parts().get(part)), part);
    }

    private void require(boolean unharmed, String part) {
        if (!unharmed) {
            throw damaged(part);
        }
    }

    private static int crcOf(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private ModelException damaged(String part) {
        return new ModelException(
                Code.DIGEST_MISMATCH,
                "the bytes of '" + part + "' in " + path + " are damaged; make or copy the bundle again");
    }

    private static ModelException ioFailed(Path path, IOException e) {
        return new ModelException(Code.IO_FAILED, path + " cannot be read: " + e, e);
    }

    private static void closeQuietly(FileChannel file) {
        try {
            file.close();
        } catch (IOException ignored) {
            // The failure that led here says more.
        }
    }

    /** Closes the file. What was mapped stays valid. */
    @Override
    public void close() {
        closeQuietly(file);
    }
}
