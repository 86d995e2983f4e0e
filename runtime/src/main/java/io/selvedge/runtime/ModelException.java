package io.selvedge.runtime;

import java.nio.file.Path;

/**
 * A model cannot be loaded or run for a reason that its user can do something about. The message begins with the
 * {@linkplain #code() code} and says what was needed, what was found, where, and what to do.
 */
public final class ModelException extends RuntimeException {
    /** Stable names of the reasons; a program may switch on them. */
    public enum Code {
        /** No file at the given path. */
        NOT_FOUND,
        /** The file system failed or refused while the bundle was read. */
        IO_FAILED,
        /** The file is no bundle, or its structure is damaged. */
        BAD_BUNDLE,
        /** The structure is sound but the bytes of a part are not those that were written. */
        DIGEST_MISMATCH,
        /** Made for a newer or older runtime. */
        UNSUPPORTED_VERSION,
        /** No library in the bundle runs on this CPU, or the one that was asked for does not. */
        NO_TARGET_FOR_CPU,
        /** Parts of the model were left to another runtime; another artifact loads such a bundle. */
        FALLBACK_NEEDED,
        /** The folder for native libraries cannot be created or written, or does not belong to this user. */
        CACHE_UNUSABLE,
        /** The operating system or Java refused the native library. */
        NATIVE_LOAD_FAILED,
        /** An input holds what the model cannot use, an index outside of its axis for example. */
        BAD_DATA,
        /** The native code reported a failure. */
        NATIVE_RUN_FAILED,
        /** The memory that a session needs could not be had. */
        OUT_OF_MEMORY,
        /** A model was closed while sessions of it are open. */
        SESSIONS_OPEN,
        /** A model or session is used after it was closed. */
        CLOSED,
        /** A session is used by two threads at the same time. */
        CONCURRENT_USE,
        /** No input or output of that name. */
        NO_SUCH_TENSOR,
        /** The bundle has no binding that is large enough for the dimensions asked for. */
        NO_SUCH_BINDING,
        /** No part of that name in the bundle. */
        NO_SUCH_PART,
        /** The tensor holds another type of element than the one asked for. */
        WRONG_DTYPE,
        /** The executor that was asked for does not have a kernel that the model needs. */
        UNSUPPORTED_KERNEL,
        /** The outputs differ from those that the bundle's maker computed. */
        GOLDEN_MISMATCH
    }

    private static final long serialVersionUID = 1L;

    private final Code code;

    /** For this runtime and for modules that extend it. */
    public ModelException(Code code, String message) {
        super(code + ": " + message);
        this.code = code;
    }

    /** For this runtime and for modules that extend it. */
    public ModelException(Code code, String message, Throwable cause) {
        super(code + ": " + message, cause);
        this.code = code;
    }

    /** The same failure with the file in its message, for checks that do not know the file. */
    ModelException in(Path bundle) {
        String rest = reason();
        if (rest.contains(bundle.toString())) {
            return this;
        }
        return new ModelException(code, bundle + ": " + rest, this);
    }

    /** The message without the code. */
    String reason() {
        return getMessage().substring(code.name().length() + 2);
    }

    /** Why, as a stable name. */
    public Code code() {
        return code;
    }
}
