package io.selvedge.compiler.onnx;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A model file as it lies on the disk. */
public final class ModelBytes {
    private ModelBytes() {}

    /**
     * All bytes of a file.
     *
     * @throws SelvedgeException MODEL_NOT_FOUND, IO_ERROR, BAD_MODEL when it is too large
     */
    public static byte[] read(Path file) {
        String name = String.valueOf(file.getFileName());
        try {
            long size = Files.size(file);
            if (size > Integer.MAX_VALUE - 8) {
                throw new SelvedgeException(
                        ErrorCode.BAD_MODEL,
                        name + " has " + size
                                + " bytes; a model file has at most 2 GB (move the tensors of an ONNX file to external data)");
            }
            // Not Files.readAllBytes, which leaves a direct buffer of the file's size behind.
            try (InputStream in = new FileInputStream(file.toFile())) {
                return in.readAllBytes();
            }
        } catch (NoSuchFileException e) {
            throw new SelvedgeException(ErrorCode.MODEL_NOT_FOUND, "there is no file " + file, e);
        } catch (IOException e) {
            throw new SelvedgeException(ErrorCode.IO_ERROR, "cannot read " + file + ": " + IoReason.of(e), e);
        }
    }
}
