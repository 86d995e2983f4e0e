package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.data.NpyHeader;
import io.selvedge.runtime.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
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

    NpyFile {
        shape = List.copyOf(shape);
    }

    /** The first elements along every axis. */
    NpyFile first(List<Integer> extents) {
        if (extents.equals(shape)) {
            return this;
        }
        int width = dtype.byteCount();
        int count = extents.stream().reduce(1, Math::multiplyExact);
        ByteBuffer kept = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            int from = 0;
            int rest = i;
            int stride = 1;
            for (int axis = extents.size() - 1; axis >= 0; axis--) {
                from += rest % extents.get(axis) * stride;
                rest /= extents.get(axis);
                stride *= shape.get(axis);
            }
            kept.put(i * width, bytes, from * width, width);
        }
        return new NpyFile(dtype, extents, kept);
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
        try {
            NpyHeader header = NpyHeader.parse(file);
            if (header.order() == ByteOrder.BIG_ENDIAN && header.dtype().bytes() > 1) {
                throw bad(where, "it is big-endian; save array.astype(array.dtype.newbyteorder('<'))");
            }
            ByteBuffer bytes = ByteBuffer.wrap(file, header.dataOffset(), file.length - header.dataOffset())
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN);
            DType dtype = DType.valueOf(header.dtype().name());
            if (header.dataBytes() != bytes.capacity()) {
                throw bad(
                        where,
                        "shape " + header.shape() + " of " + dtype.onnxName() + " needs " + header.dataBytes()
                                + " bytes, it has " + bytes.capacity());
            }
            return new NpyFile(dtype, header.shape(), bytes);
        } catch (IOException e) {
            throw bad(where, String.valueOf(e.getMessage()));
        }
    }

    private static SelvedgeException bad(Path where, String why) {
        return new SelvedgeException(
                ErrorCode.BAD_DATA, where + " is no NPY file that can be used: " + why + "; numpy.save writes them");
    }

    /** Writes it as version 1.0.
     *  @param name of the value, for messages
     *  @throws IOException when the file cannot be written */
    void write(Path file, String name) throws IOException {
        String descr = NpyHeader.nameOf(io.selvedge.compiler.ir.DType.valueOf(dtype.name()))
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "output '" + name + "' is " + dtype.onnxName() + ", which NPY cannot hold"));
        String extents = shape.stream().map(extent -> extent + ",").collect(Collectors.joining("", "(", ")"));
        String header = "{'descr': '" + (dtype.byteCount() == 1 ? "|" : "<") + descr
                + "', 'fortran_order': False, 'shape': " + extents + ", }";
        int unpadded = 10 + header.length() + 1;
        header += " ".repeat((ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT) + "\n";
        ByteBuffer out =
                ByteBuffer.allocate(10 + header.length() + bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length());
        out.put(header.getBytes(StandardCharsets.ISO_8859_1)).put(bytes.duplicate());
        Files.write(file, out.array());
    }
}
