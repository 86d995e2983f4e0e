package io.selvedge.jvm.kernel;

/** A routine that has not been written for the JVM; the message names it and the node that needs it. */
public final class MissingRoutine extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MissingRoutine(String message) {
        super(message);
    }
}
