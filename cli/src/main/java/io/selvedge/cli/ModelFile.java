package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be said about a model file before it is read. */
final class ModelFile {
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    private ModelFile() {}

    /** Size in bytes.
     *  @throws SelvedgeException MODEL_NOT_FOUND when there is no such file, BAD_MODEL for a folder */
    static long sizeOf(Path file) throws IOException {
        if (Files.notExists(file)) {
            throw new SelvedgeException(ErrorCode.MODEL_NOT_FOUND, "there is no file " + file + "; check the path");
        }
        if (Files.isDirectory(file)) {
            throw new SelvedgeException(ErrorCode.BAD_MODEL, file + " is a folder; give the model or the bundle in it");
        }
        return Files.size(file);
    }

    /** Size in bytes of what may be a model.
     *  @throws SelvedgeException as {@link #sizeOf}, and BAD_MODEL for a bundle */
    static long requireModel(Path file) throws IOException {
        if (isBundle(file)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_MODEL,
                    file
                            + " is a bundle, which comes out of 'deploy'; give the ONNX or TFLite model, or see 'selvedge inspect "
                            + file + "'");
        }
        return sizeOf(file);
    }

    /** Whether it is a bundle: by its ending, else by its first bytes. */
    static boolean isBundle(Path file) throws IOException {
        sizeOf(file);
        if (String.valueOf(file.getFileName()).endsWith(".selv")) {
            return true;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return java.util.Arrays.equals(in.readNBytes(ZIP.length), ZIP);
        }
    }
}
