package io.selvedge.compiler.diag;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;

/** What went wrong with a file, for people: the JDK's exceptions often carry a path as their message and the reason as their class. */
public final class IoReason {
    private IoReason() {}

    /** A clause without a full stop: {@code no such file: out/x}, {@code out/x: No space left on device}. */
    public static String of(IOException exception) {
        String message = Optional.ofNullable(exception.getMessage()).orElse("").strip();
        return switch (exception) {
            case NoSuchFileException _ -> "no such file: " + message;
            case AccessDeniedException _ -> "access denied: " + message;
            case FileAlreadyExistsException _ -> "already exists: " + message;
            case NotDirectoryException _ -> "no folder: " + message;
            case DirectoryNotEmptyException _ -> "folder is not empty: " + message;
            case FileSystemException _ -> message;
            default -> message.isEmpty() ? exception.getClass().getSimpleName() : message;
        };
    }
}
