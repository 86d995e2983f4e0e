package io.selvedge.runtime;

import io.selvedge.runtime.ModelException.Code;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the entries of a zip file lie, for the plain kind of zip that bundles are: stored entries, no comment, no
 * encryption, below 4 GiB. {@code java.util.zip} does not tell offsets, and mapping weights needs them.
 * The field offsets are those of PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16.
 */
final class ZipLayout {
    static final int LOCAL_SIGNATURE = 0x04034b50;
    static final int CENTRAL_SIGNATURE = 0x02014b50;
    static final int END_SIGNATURE = 0x06054b50;
    static final int LOCAL_BYTES = 30;
    static final int CENTRAL_BYTES = 46;
    static final int END_BYTES = 22;
    static final int PIECE_BYTES = 1 << 16;
    private static final int MAX_DIRECTORY_BYTES = 16 << 20;

    /**
     * One stored entry.
     *
     * @param start offset of its local header
     * @param offset offset of its bytes
     * @param length number of its bytes
     * @param crc CRC-32 of its bytes
     */
    record Entry(String name, long start, long offset, long length, int crc) {}

    private final FileChannel file;
    private final long fileBytes;

    private ZipLayout(FileChannel file, long fileBytes) {
        this.file = file;
        this.fileBytes = fileBytes;
    }

    /**
     * Entries by name.
     *
     * @throws ModelException BAD_BUNDLE when the file is no such zip
     */
    static SortedMap<String, Entry> read(FileChannel file) throws IOException {
        return new ZipLayout(file, file.size()).entries();
    }

    private SortedMap<String, Entry> entries() throws IOException {
        require(fileBytes >= END_BYTES, "it has only " + fileBytes + " bytes");
        ByteBuffer end = bytes(fileBytes - END_BYTES, END_BYTES);
        require(
                end.getInt(0) == END_SIGNATURE,
                "it does not end like a bundle: it was cut off or is another kind of file");
        int count = end.getShort(10) & 0xffff;
        long size = end.getInt(12) & 0xffffffffL;
        long offset = end.getInt(16) & 0xffffffffL;
        require(
                end.getShort(20) == 0
                        && end.getInt(4) == 0
                        && end.getShort(8) == end.getShort(10)
                        && offset + size == fileBytes - END_BYTES
                        && size <= MAX_DIRECTORY_BYTES,
                "its directory is damaged");
        ByteBuffer directory = bytes(offset, (int) size);
        SortedMap<String, Entry> entries = new TreeMap<>();
        TreeMap<Long, Entry> byStart = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            Entry entry = next(directory, offset);
            require(entries.put(entry.name, entry) == null, "'" + entry.name + "' occurs twice");
            require(byStart.put(entry.start, entry) == null, "two entries share their bytes");
        }
        require(!directory.hasRemaining(), "its directory is damaged");
        long free = 0;
        for (Entry entry : byStart.values()) {
            require(entry.start >= free, "'" + entry.name + "' overlaps another entry");
            free = entry.offset + entry.length;
        }
        return entries;
    }

    private Entry next(ByteBuffer directory, long directoryOffset) throws IOException {
        require(directory.remaining() >= CENTRAL_BYTES, "its directory is damaged");
        int at = directory.position();
        int nameBytes = directory.getShort(at + 28) & 0xffff;
        int otherBytes = (directory.getShort(at + 30) & 0xffff) + (directory.getShort(at + 32) & 0xffff);
        require(
                directory.getInt(at) == CENTRAL_SIGNATURE
                        && directory.remaining() >= CENTRAL_BYTES + nameBytes + otherBytes,
                "its directory is damaged");
        byte[] rawName = new byte[nameBytes];
        directory.get(at + CENTRAL_BYTES, rawName);
        directory.position(at + CENTRAL_BYTES + nameBytes + otherBytes);
        String name = new String(rawName, StandardCharsets.ISO_8859_1);
        require(PartName.isPlain(name), "it has an entry with the forbidden name '" + PartName.printable(name) + "'");
        long stored = directory.getInt(at + 20) & 0xffffffffL;
        long length = directory.getInt(at + 24) & 0xffffffffL;
        long start = directory.getInt(at + 42) & 0xffffffffL;
        boolean plain = directory.getShort(at + 10) == 0 && (directory.getShort(at + 8) & 1) == 0 && stored == length;
        require(plain, "'" + name + "' is compressed or encrypted, entries must be stored");
        require(start + LOCAL_BYTES + nameBytes <= directoryOffset, "'" + name + "' lies outside of the file");
        ByteBuffer local = bytes(start, LOCAL_BYTES + nameBytes);
        byte[] localName = new byte[nameBytes];
        local.get(LOCAL_BYTES, localName);
        require(
                local.getInt(0) == LOCAL_SIGNATURE
                        && (local.getShort(26) & 0xffff) == nameBytes
                        && name.equals(new String(localName, StandardCharsets.ISO_8859_1)),
                "the header of '" + name + "' is damaged");
        long offset = start + LOCAL_BYTES + nameBytes + (local.getShort(28) & 0xffff);
        require(offset + length <= directoryOffset, "'" + name + "' lies outside of the file");
        return new Entry(name, start, offset, length, directory.getInt(at + 16));
    }

    private ByteBuffer bytes(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        readFully(file, bytes, offset);
        return bytes.flip();
    }

    /** Fills {@code bytes} up to its limit; in pieces, because the JDK copies through native memory of a piece's size. */
    static void readFully(FileChannel file, ByteBuffer bytes, long offset) throws IOException {
        int limit = bytes.limit();
        long at = offset;
        while (bytes.position() < limit) {
            bytes.limit(Math.min(limit, bytes.position() + PIECE_BYTES));
            int n = file.read(bytes, at);
            if (n < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            at += n;
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new ModelException(Code.BAD_BUNDLE, message);
        }
    }
}
