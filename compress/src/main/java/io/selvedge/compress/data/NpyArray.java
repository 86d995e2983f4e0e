package io.selvedge.compress.data;

import io.selvedge.compiler.ir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * One array in NumPy's NPY format, versions 1 to 3, C order, read row by row (a row is one index of the first axis).
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NPY format</a>
 */
final class NpyArray {
    private final FileChannel channel;
    private final long dataOffset;
    private final NpyHeader header;
    private final int rowElements;

    private NpyArray(FileChannel channel, long dataOffset, NpyHeader header, int rowElements) {
        this.channel = channel;
        this.dataOffset = dataOffset;
        this.header = header;
        this.rowElements = rowElements;
    }

    /**
     * Reads the header of the array that fills bytes {@code offset} to {@code offset + length} of the channel.
     *
     * @throws IOException with a message that says what is wrong
     */
    static NpyArray open(FileChannel channel, long offset, long length) throws IOException {
        NpyHeader header = NpyHeader.parse(Spool.read(channel, offset, (int) Math.min(NpyHeader.MAX_BYTES, length)));
        if (header.dataBytes() > length - header.dataOffset()) {
            throw new IOException("shape " + header.shape() + " needs " + header.dataBytes() + " bytes; the array has "
                    + (length - header.dataOffset()));
        }
        int rows = header.shape().isEmpty() ? 1 : Math.max(1, header.shape().getFirst());
        long rowBytes = header.dataBytes() / rows;
        Archive.checkedBytes("a row", rowBytes);
        return new NpyArray(channel, offset + header.dataOffset(), header, (int)
                (rowBytes / header.dtype().bytes()));
    }

    DType dtype() {
        return header.dtype();
    }

    int[] shape() {
        return header.shape().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Elements of row {@code index} as doubles; int64 beyond 2^53 loses bits. */
    double[] row(int index) throws IOException {
        int bytes = rowElements * header.dtype().bytes();
        ByteBuffer data = ByteBuffer.wrap(Spool.read(channel, dataOffset + (long) index * bytes, bytes))
                .order(header.order());
        double[] row = new double[rowElements];
        for (int i = 0; i < row.length; i++) {
            row[i] = Elements.read(data, header.dtype(), i);
        }
        return row;
    }
}
