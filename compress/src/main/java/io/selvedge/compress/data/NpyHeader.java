package io.selvedge.compress.data;

import io.selvedge.compiler.ir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an array in NumPy's NPY format says about itself: versions 1 to 3, C order.
 *
 * @param order of the bytes of an element
 * @param dataOffset bytes in front of the first element
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NPY format</a>
 */
public record NpyHeader(DType dtype, ByteOrder order, List<Integer> shape, int dataOffset) {
    /** Bytes at an array's beginning that hold the longest header that is read. */
    public static final int MAX_BYTES = 12 + (1 << 16);

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");
    private static final Map<String, DType> DTYPES = new TreeMap<>(Map.ofEntries(
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
            Map.entry("u8", DType.UINT64),
            Map.entry("b1", DType.BOOL)));

    public NpyHeader {
        shape = List.copyOf(shape);
    }

    /**
     * Reads the header from an array's first bytes.
     *
     * @param start the first {@link #MAX_BYTES} bytes, or all of a shorter array
     * @throws IOException with a message that says what is wrong
     */
    public static NpyHeader parse(byte[] start) throws IOException {
        if (start.length < 12 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException("not an NPY array");
        }
        int major = start[6];
        if (major < 1 || major > 3) {
            throw new IOException("NPY version " + major + "; versions 1 to 3 are read");
        }
        ByteBuffer numbers = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        int from = major == 1 ? 10 : 12;
        long length = major == 1 ? numbers.getShort(8) & 0xffff : Integer.toUnsignedLong(numbers.getInt(8));
        if (from + length > start.length) {
            throw new IOException("the NPY header claims " + length + " bytes");
        }
        String header = new String(start, from, (int) length, StandardCharsets.UTF_8);
        if (field(FORTRAN, header).equals("True")) {
            throw new IOException("Fortran order; save numpy.ascontiguousarray(array)");
        }
        String descr = field(DESCR, header);
        DType dtype = Optional.ofNullable(DTYPES.get(descr.substring(Math.min(1, descr.length()))))
                .orElseThrow(() -> new IOException("dtype '" + descr + "'; readable are " + DTYPES.keySet()));
        ByteOrder order = descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        NpyHeader parsed = new NpyHeader(dtype, order, extents(field(SHAPE, header)), from + (int) length);
        parsed.dataBytes();
        return parsed;
    }

    private static String field(Pattern pattern, String header) throws IOException {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new IOException("the NPY header has no readable "
                    + pattern.pattern().replaceFirst("'(\\w+)'.*", "$1") + ": " + header.strip());
        }
        return matcher.group(1);
    }

    private static List<Integer> extents(String tuple) throws IOException {
        List<Integer> extents = new ArrayList<>();
        try {
            for (String extent : tuple.split(",", -1)) {
                if (!extent.isBlank()) {
                    extents.add(Integer.parseInt(extent.strip()));
                }
            }
        } catch (NumberFormatException e) {
            throw new IOException("shape (" + tuple + ") is too large", e);
        }
        return extents;
    }

    /**
     * Bytes of all elements.
     *
     * @throws IOException when they cannot be counted
     */
    public long dataBytes() throws IOException {
        try {
            long bytes = dtype.bytes();
            for (int extent : shape) {
                bytes = Math.multiplyExact(bytes, extent);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new IOException("shape " + shape + " is too large", e);
        }
    }

    /** The name of a dtype as NPY writes it, {@code f4}; empty where there is none. */
    public static Optional<String> nameOf(DType dtype) {
        return DTYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == dtype)
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
