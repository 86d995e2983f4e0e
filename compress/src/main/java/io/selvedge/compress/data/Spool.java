package io.selvedge.compress.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Makes compressed content addressable: it is expanded once into a temporary file that disappears when closed, which
 * bounds memory by nothing but the page cache.
 */
final class Spool {
    private static final long ALWAYS_ALLOWED_BYTES = 1L << 30;
    private static final long MAX_BYTES = 64L << 30;
    /** Samples compress a few times at most; gzip's limit is about 1000. */
    private static final long MAX_RATIO = 200;

    private Spool() {}

    /**
     * Expands a stream.
     *
     * @param compressedBytes size before expansion, to tell data from a decompression bomb
     * @throws IOException also when the content is damaged or grows out of proportion
     */
    static FileChannel expand(InputStream in, long compressedBytes) throws IOException {
        Path file = Files.createTempFile("selvedge-data", ".bin");
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        try {
            byte[] block = new byte[1 << 18];
            long total = 0;
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                total += count;
                if (total > MAX_BYTES || (total > ALWAYS_ALLOWED_BYTES && total / MAX_RATIO > compressedBytes)) {
                    throw new IOException("it expands from " + compressedBytes + " to more than " + total + " bytes");
                }
                ByteBuffer bytes = ByteBuffer.wrap(block, 0, count);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            return channel.position(0);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Reads exactly {@code length} bytes at a position, without moving the channel. */
    static byte[] read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException(
                        "it ends at byte " + channel.size() + ", inside an entry that ends at " + (position + length));
            }
        }
        return bytes.array();
    }
}
