package io.selvedge.compiler.diag;

/** Stable codes of user-visible errors; each maps to an exit status of the command line. */
public enum ErrorCode {
    BAD_OPTION(2),
    MODEL_NOT_FOUND(3),
    BAD_MODEL(3),
    UNSUPPORTED_OP(3),
    UNSUPPORTED_OPSET(3),
    UNSUPPORTED_DTYPE(3),
    BAD_ATTRIBUTE(3),
    BAD_GRAPH(3),
    SHAPE_MISMATCH(3),
    DTYPE_MISMATCH(3),
    UNBOUND_DIMENSION(3),
    EXTERNAL_DATA(3),
    DATA_NOT_FOUND(3),
    BAD_DATA(3),
    EMPTY_DATA(3),
    NAN_IN_DATA(3),
    LABEL_OUT_OF_RANGE(3),
    NO_CANDIDATE_FITS(4),
    TOOLCHAIN_MISSING(5),
    TOOLCHAIN_FAILED(5),
    IO_ERROR(6),
    OUTPUT_NOT_WRITABLE(6),
    BAD_BUNDLE(7);

    private final int exitStatus;

    ErrorCode(int exitStatus) {
        this.exitStatus = exitStatus;
    }

    /** Exit status of the process when this error ends a command. */
    public int exitStatus() {
        return exitStatus;
    }
}
