package io.selvedge.compiler.diag;

/** Stable codes of user-visible errors; each maps to an exit status of the command line. */
public enum ErrorCode {
    /** An option or argument of the command line is wrong. */
    BAD_OPTION(2),
    /** There is no file of that name. */
    MODEL_NOT_FOUND(3),
    /** The file is no ONNX model, or damaged. */
    BAD_MODEL(3),
    /** An operator is not known, or not in this form; the message names node, domain, version and the nearest known. */
    UNSUPPORTED_OP(3),
    /** The model's opset is older or newer than those that are read. */
    UNSUPPORTED_OPSET(3),
    /** An element type that is not supported there. */
    UNSUPPORTED_DTYPE(3),
    /** An operator's attribute is missing, of the wrong kind or out of range. */
    BAD_ATTRIBUTE(3),
    /** The graph is not well-formed: a cycle, a value that nobody makes, a name used twice. */
    BAD_GRAPH(3),
    /** Shapes do not fit together. */
    SHAPE_MISMATCH(3),
    /** Element types do not fit together. */
    DTYPE_MISMATCH(3),
    /** A dimension is open; {@code --dim} or {@code --input-shape} binds it. */
    UNBOUND_DIMENSION(3),
    /** The file with a model's weights is missing, too short or outside of the model's folder. */
    EXTERNAL_DATA(3),
    /** A plugin cannot be read, does not fit, or one of its operators fails; the message names the plugin and what to correct. */
    BAD_PLUGIN(3),
    /** A file that the command or the data description names does not exist. */
    DATA_NOT_FOUND(3),
    /** The data or their description cannot be read, or do not fit the model. */
    BAD_DATA(3),
    /** There are no samples. */
    EMPTY_DATA(3),
    /** A value that calibration looked at is not finite. */
    NAN_IN_DATA(3),
    /** A label is not one of the model's classes. */
    LABEL_OUT_OF_RANGE(3),
    /** Operators of a model cannot be trained; the message names each. */
    UNTRAINABLE(3),
    /** A method needs labels, or labels of more than one class. */
    NO_LABELS(3),
    /** The loss is not finite any more; the message says at which step, and what was kept. */
    NAN_LOSS(3),
    /** Student and teacher do not fit together. */
    TEACHER_MISMATCH(3),
    /** A method would leave nothing of a layer. */
    EMPTY_LAYER(3),
    /** No candidate keeps every budget; the message says which to relax by how much. */
    NO_CANDIDATE_FITS(4),
    /** There is no C compiler. */
    TOOLCHAIN_MISSING(5),
    /** The C compiler refused the generated code. */
    TOOLCHAIN_FAILED(5),
    /** The process that trains ended early: out of memory, of disk space, or killed. */
    TRAINING_FAILED(6),
    /** A file could not be read or written. */
    IO_ERROR(6),
    /** The output folder cannot be written or has too little space. */
    OUTPUT_NOT_WRITABLE(6),
    /** A bundle is corrupt, for another CPU, or of another version. */
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
