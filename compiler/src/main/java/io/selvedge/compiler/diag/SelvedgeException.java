package io.selvedge.compiler.diag;

/** A user's fault: says what was needed, what was found, where, and what to do. Printed without a stack trace. */
public final class SelvedgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** @param message what was needed, what was found, where, and what to do */
    public SelvedgeException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    /** @param cause what a library threw, for those who look into it */
    public SelvedgeException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The stable code, which decides the exit status. */
    public ErrorCode code() {
        return code;
    }
}
