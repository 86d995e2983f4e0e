package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.runtime.DType;
import io.selvedge.runtime.TensorBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One array in NumPy's NPY format, little-endian, C order: what {@code run} reads inputs from and writes outputs to.
 *
 * @param bytes elements, little-endian
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NPY format</a>
 */
record NpyFile(DType dtype, List<Integer> shape, ByteBuffer bytes) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<|=>]?)([a-z]\\d)'");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*True");
    private static final Map<String, DType> DTYPES = Map.ofEntries(
            Map.entry("f4", DType.FLOAT32),
            Map.entry("f8", DType.FLOAT64),
            Map.entry("f2", DType.FLOAT16),
            Map.entry("i1", DType.INT8),
            Map.entry("u1", DType.UINT8),
            Map.entry("i2", DType.INT16),
            Map.entry("u2", DType.UINT16),
            Map.entry("i4", DType.INT32),
            Map.entry("u4", DType.UINT32),
            Map.entry("i8", DType.INT64),
            Map.entry("u8", DType.UINT64),
            Map.entry("b1", DType.BOOL));

    NpyFile {
        shape = List.copyOf(shape);
    }

    /** @throws SelvedgeException DATA_NOT_FOUND, BAD_DATA or IO_ERROR */
    static NpyFile read(Path file) {
        try {
            return parse(Files.readAllBytes(file), file);
        } catch (NoSuchFileException e) {
            throw new SelvedgeException(ErrorCode.DATA_NOT_FOUND, "there is no file " + file + "; check the path", e);
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "cannot read " + file + ": " + IoReason.of(e), e);
        }
    }

    static NpyFile parse(byte[] file, Path where) {
        if (file.length < 12 || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw bad(where, "it does not begin as one");
        }
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long headerBytes =
                file[6] == 1 ? Short.toUnsignedInt(buffer.getShort(8)) : Integer.toUnsignedLong(buffer.getInt(8));
        int headerStart = file[6] == 1 ? 10 : 12;
        if (headerStart + headerBytes > file.length) {
            throw bad(where, "its header is cut off");
        }
        String header = new String(file, headerStart, (int) headerBytes, StandardCharsets.ISO_8859_1);
        Matcher descr = DESCR.matcher(header);
        Matcher extents = SHAPE.matcher(header);
        DType dtype = descr.find() ? DTYPES.get(descr.group(2)) : null;
        if (dtype == null || !extents.find()) {
            throw bad(
                    where,
                    "its header is '" + header.strip() + "'; dtypes are "
                            + DTYPES.keySet().stream().sorted().toList());
        }
        if (descr.group(1).equals(">") && dtype.byteCount() > 1
                || FORTRAN.matcher(header).find()) {
            throw bad(
                    where,
                    "it is big-endian or in Fortran order; save numpy.ascontiguousarray(x).astype('<" + descr.group(2)
                            + "')");
        }
        return new NpyFile(dtype, shape(extents.group(1), where), rest(buffer, headerStart + (int) headerBytes))
                .checked(where);
    }

    private static List<Integer> shape(String text, Path where) {
        List<Integer> shape = new ArrayList<>();
        for (String extent : text.split(",", -1)) {
            if (!extent.isBlank()) {
                try {
                    shape.add(Integer.parseInt(extent.strip()));
                } catch (NumberFormatException e) {
                    throw bad(where, "its shape is (" + text + ")");
                }
            }
        }
        return shape;
    }

    private static ByteBuffer rest(ByteBuffer buffer, int from) {
        return buffer.slice(from, buffer.capacity() - from).order(ByteOrder.LITTLE_ENDIAN);
    }

    private NpyFile checked(Path where) {
        long needed = dtype.byteCount();
        for (int extent : shape) {
            needed *= extent;
            if (needed > Integer.MAX_VALUE) {
                throw bad(where, "its shape " + shape + " needs more than 2 GiB");
            }
        }
        if (needed != bytes.capacity()) {
            throw bad(
                    where,
                    "shape " + shape + " of " + dtype.onnxName() + " needs " + needed + " bytes, it has "
                            + bytes.capacity());
        }
        return this;
    }

    private static SelvedgeException bad(Path where, String why) {
        return new SelvedgeException(
                ErrorCode.BAD_DATA, where + " is no NPY file that can be used: " + why + "; numpy.save writes them");
    }

    /** Writes a tensor as version 1.0.
     *  @throws IOException when the file cannot be written */
    static void write(Path file, TensorBuffer tensor) throws IOException {
        String descr = DTYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == tensor.dtype())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "output '" + tensor.name() + "' is " + tensor.dtype().onnxName() + ", which NPY cannot hold"));
        String shape = tensor.shape().stream().map(extent -> extent + ",").collect(Collectors.joining("", "(", ")"));
        String header = "{'descr': '" + (tensor.dtype().byteCount() == 1 ? "|" : "<") + descr
                + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int unpadded = 10 + header.length() + 1;
        header += " ".repeat((ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT) + "\n";
        ByteBuffer bytes = ByteBuffer.allocate(
                        10 + header.length() + tensor.bytes().remaining())
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length());
        bytes.put(header.getBytes(StandardCharsets.ISO_8859_1))
                .put(tensor.bytes().duplicate());
        Files.write(file, bytes.array());
    }
}
