package io.selvedge.compiler.tflite;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of a file of tables that refer to each other by offsets. Every read is checked against the file's end. Tables
 * may share what they refer to, so a small file could describe large lists: what is read altogether is bounded by a multiple
 * of the file's size.
 */
final class FlatBytes {
    private static final int SHARING = 8;
    private static final int SMALL_FILE_BYTES = 1 << 16;

    private final ByteBuffer data;
    private final String file;
    private long allowanceBytes;

    FlatBytes(byte[] bytes, String file) {
        this.data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.file = file;
        this.allowanceBytes = (long) SHARING * bytes.length + SMALL_FILE_BYTES;
    }

    String file() {
        return file;
    }

    int size() {
        return data.capacity();
    }

    ByteBuffer data() {
        return data;
    }

    /** A position at which that many bytes can be read.
     *  @throws SelvedgeException BAD_MODEL when they lie outside of the file */
    int at(long position, long bytes) {
        if (position < 0 || bytes < 0 || position > data.capacity() || bytes > data.capacity() - position) {
            throw damaged(bytes + " bytes are expected at offset " + position);
        }
        return (int) position;
    }

    /** The position that the unsigned 32-bit offset at a position refers to. */
    int follow(int position) {
        long offset = data.getInt(at(position, 4)) & 0xffffffffL;
        return at(position + offset, 4);
    }

    /** Number of elements of the vector at a position, all of which are in the file and may be read. */
    int count(int vector, int elementBytes) {
        long count = data.getInt(at(vector, 4)) & 0xffffffffL;
        at(vector + 4L, count * elementBytes);
        spend(count * elementBytes);
        return (int) count;
    }

    /** Counts bytes that the reader is about to hold.
     *  @throws SelvedgeException BAD_MODEL when the file describes far more than it has */
    void spend(long bytes) {
        allowanceBytes -= bytes;
        if (allowanceBytes < 0) {
            throw damaged(
                    "its tables refer to the same bytes over and over, more than " + SHARING + " times their size");
        }
    }

    SelvedgeException damaged(String what) {
        return new SelvedgeException(
                ErrorCode.BAD_MODEL,
                file + " is damaged or cut off: " + what + ", the file has " + data.capacity() + " bytes");
    }
}
