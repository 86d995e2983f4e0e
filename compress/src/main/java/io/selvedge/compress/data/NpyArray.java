package io.selvedge.compress.data;

import io.selvedge.compiler.ir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One array in NumPy's NPY format, versions 1 to 3, C order, read row by row (a row is one index of the first axis).
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NPY format</a>
 */
final class NpyArray {
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");
    private static final Map<String, DType> DTYPES = Map.ofEntries(
            Map.entry("f2", DType.FLOAT16),
            Map.entry("f4", DType.FLOAT32),
            Map.entry("f8", DType.FLOAT64),
            Map.entry("i1", DType.INT8),
            Map.entry("u1", DType.UINT8),
            Map.entry("i2", DType.INT16),
            Map.entry("u2", DType.UINT16),
            Map.entry("i4", DType.INT32),
            Map.entry("u4", DType.UINT32),
            Map.entry("i8", DType.INT64),
            Map.entry("b1", DType.BOOL));
    private static final int MAX_HEADER_BYTES = 1 << 16;

    private final FileChannel channel;
    private final long dataOffset;
    private final DType dtype;
    private final ByteOrder order;
    private final int[] shape;
    private final int rowElements;

    private NpyArray(FileChannel channel, long dataOffset, DType dtype, ByteOrder order, int[] shape, int rowElements) {
        this.channel = channel;
        this.dataOffset = dataOffset;
        this.dtype = dtype;
        this.order = order;
        this.shape = shape;
        this.rowElements = rowElements;
    }

    /**
     * Reads the header of the array that fills bytes {@code offset} to {@code offset + length} of the channel.
     *
     * @throws IOException with a message that says what is wrong
     */
    static NpyArray open(FileChannel channel, long offset, long length) throws IOException {
        byte[] start = Spool.read(channel, offset, (int) Math.min(12, length));
        if (start.length < 12 || start[0] != (byte) 0x93 || !"NUMPY".equals(ascii(start, 1, 5))) {
            throw new IOException("not an NPY array");
        }
        ByteBuffer numbers = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        int major = start[6];
        if (major < 1 || major > 3) {
            throw new IOException("NPY version " + major + "; versions 1 to 3 are read");
        }
        int prefix = major == 1 ? 10 : 12;
        int headerBytes = major == 1 ? numbers.getShort(8) & 0xffff : numbers.getInt(8);
        if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES || prefix + headerBytes > length) {
            throw new IOException("the NPY header claims " + headerBytes + " bytes");
        }
        String header = new String(Spool.read(channel, offset + prefix, headerBytes), StandardCharsets.UTF_8);
        if ("True".equals(field(ORDER, header))) {
            throw new IOException("Fortran order; save numpy.ascontiguousarray(array)");
        }
        int[] shape = extents(field(SHAPE, header));
        String descr = field(DESCR, header);
        DType dtype = DTYPES.get(descr.substring(Math.min(1, descr.length())));
        if (dtype == null) {
            throw new IOException("dtype '" + descr + "'; readable are "
                    + DTYPES.keySet().stream().sorted().toList());
        }
        long elements = elements(shape, 0);
        if (elements * dtype.bytes() > length - prefix - headerBytes) {
            throw new IOException("shape " + Arrays.toString(shape) + " needs " + elements * dtype.bytes()
                    + " bytes; the array has " + (length - prefix - headerBytes));
        }
        long rowElements = elements(shape, 1);
        Archive.checkedBytes("a row", rowElements * dtype.bytes());
        ByteOrder order = descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        return new NpyArray(channel, offset + prefix + headerBytes, dtype, order, shape, (int) rowElements);
    }

    private static String ascii(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.US_ASCII);
    }

    private static String field(Pattern pattern, String header) throws IOException {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new IOException(
                    "the NPY header has no readable " + pattern.pattern().substring(1, 5) + "...: " + header.strip());
        }
        return matcher.group(1);
    }

    private static int[] extents(String tuple) throws IOException {
        try {
            return Arrays.stream(tuple.split(","))
                    .map(String::strip)
                    .filter(text -> !text.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new IOException("shape (" + tuple + ") is too large", e);
        }
    }

    private static long elements(int[] shape, int fromAxis) throws IOException {
        try {
            long elements = 1;
            for (int axis = fromAxis; axis < shape.length; axis++) {
                elements = Math.multiplyExact(elements, shape[axis]);
            }
            return Math.multiplyExact(elements, 8L) / 8;
        } catch (ArithmeticException e) {
            throw new IOException("shape " + Arrays.toString(shape) + " is too large", e);
        }
    }

    DType dtype() {
        return dtype;
    }

    int[] shape() {
        return shape.clone();
    }

    /** Elements of row {@code index} as doubles; int64 beyond 2^53 loses bits. */
    double[] row(int index) throws IOException {
        int bytes = rowElements * dtype.bytes();
        ByteBuffer data = ByteBuffer.wrap(Spool.read(channel, dataOffset + (long) index * bytes, bytes))
                .order(order);
        double[] row = new double[rowElements];
        for (int i = 0; i < row.length; i++) {
            row[i] = Elements.read(data, dtype, i);
        }
        return row;
    }
}
