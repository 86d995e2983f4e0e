package io.selvedge.compiler.diag;

/** A user's fault: says what was needed, what was found, where, and what to do. Printed without a stack trace. */
public final class SelvedgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public SelvedgeException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    public SelvedgeException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
