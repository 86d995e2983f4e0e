package io.selvedge.cli;

import io.selvedge.cli.report.Quantity;
import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.IoReason;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.runtime.ModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What a user is told about an exception.
 *
 * @param code stable, as in {@link ErrorCode}; {@code INTERNAL} for a fault of Selvedge
 * @param message what was needed, found, where, and what to do
 * @param exitStatus of the process
 */
record Failure(String code, String message, int exitStatus) {
    static final int INTERNAL_STATUS = 70;

    /** The failure behind an exception that left a command. A fault of Selvedge leaves its stack trace in a file. */
    static Failure of(Exception exception, String... args) {
        return known(exception).orElseGet(() -> internal(exception, args));
    }

    private static Optional<Failure> known(Exception exception) {
        return Optional.ofNullable(
                switch (exception) {
                    case SelvedgeException e -> of(e.code(), text(e));
                    case ModelException e -> of(e);
                    case UncheckedIOException e -> of(ErrorCode.IO_ERROR, text(Objects.requireNonNull(e.getCause())));
                    case IOException e -> of(ErrorCode.IO_ERROR, text(e));
                    default -> null;
                });
    }

    private static Failure of(ErrorCode code, String message) {
        return new Failure(code.name(), message, code.exitStatus());
    }

    /** The runtime's codes have names of their own, and its messages begin with them. */
    private static Failure of(ModelException e) {
        ErrorCode kind = switch (e.code()) {
            case NOT_FOUND -> ErrorCode.MODEL_NOT_FOUND;
            case IO_FAILED, OUT_OF_MEMORY -> ErrorCode.IO_ERROR;
            case CACHE_UNUSABLE -> ErrorCode.OUTPUT_NOT_WRITABLE;
            case NO_SUCH_TENSOR, WRONG_DTYPE, BAD_DATA -> ErrorCode.BAD_DATA;
            case NO_SUCH_BINDING -> ErrorCode.BAD_OPTION;
            case BAD_BUNDLE,
                    FALLBACK_NEEDED,
                    DIGEST_MISMATCH,
                    UNSUPPORTED_VERSION,
                    NO_TARGET_FOR_CPU,
                    NATIVE_LOAD_FAILED,
                    NATIVE_RUN_FAILED,
                    UNSUPPORTED_KERNEL,
                    NO_SUCH_PART,
                    GOLDEN_MISMATCH,
                    SESSIONS_OPEN,
                    CLOSED,
                    CONCURRENT_USE -> ErrorCode.BAD_BUNDLE;
        };
        return new Failure(e.code().name(), text(e).replaceFirst("^" + e.code() + ": ", ""), kind.exitStatus());
    }

    private static String text(Exception exception) {
        return exception instanceof IOException e
                ? IoReason.of(e) + "; check the path, permissions and free space"
                : Optional.ofNullable(exception.getMessage()).orElse(exception.toString());
    }

    /** Not a fault, but more than this machine, or Java's share of it, can take. */
    static Failure outOfMemory() {
        long heap = Runtime.getRuntime().maxMemory();
        return of(
                ErrorCode.IO_ERROR,
                "Java's " + Quantity.bytes(heap) + " of memory do not suffice; set JAVA_TOOL_OPTIONS=-Xmx"
                        + Math.max(2, heap >> 29) + "g, or give a smaller model or fewer samples");
    }

    private static Failure internal(Exception exception, String... args) {
        StringWriter text = new StringWriter();
        PrintWriter writer = new PrintWriter(text);
        writer.println("selvedge " + Version.text() + " " + String.join(" ", args));
        writer.println("Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name"));
        exception.printStackTrace(writer);
        String where;
        try {
            Path file = Files.createTempFile("selvedge-error-", ".txt");
            Files.writeString(file, text.toString());
            where = "the stack trace is in " + file;
        } catch (IOException e) {
            where = "the stack trace could not be written (" + IoReason.of(e) + ")";
        }
        return new Failure(
                "INTERNAL",
                "this is a fault of Selvedge, not of your input: " + exception + "; " + where
                        + "; please report it with that file",
                INTERNAL_STATUS);
    }

    /** As printed. */
    String line() {
        return code + ": " + message;
    }
}
