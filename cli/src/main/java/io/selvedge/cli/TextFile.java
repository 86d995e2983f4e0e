package io.selvedge.cli;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that an option names, to be written as a whole. */
record TextFile(String option, Path file) {
    /**
     * Beside it first, so that a full disk leaves no half of a page; a device is written as it is.
     *
     * @throws SelvedgeException OUTPUT_NOT_WRITABLE
     */
    void write(String text) {
        Path target = file.toAbsolutePath();
        try {
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                Files.writeString(target, text);
                return;
            }
            Path draft = target.resolveSibling("." + target.getFileName() + ".part");
            try {
                Files.writeString(draft, text);
                Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new SelvedgeException(
                    ErrorCode.OUTPUT_NOT_WRITABLE,
                    file + " cannot be written (" + IoReason.of(e) + "); choose another " + option,
                    e);
        }
    }
}
