package io.selvedge.train.graph;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Ownership of libtorch's objects: a scope frees all that is made in it, but for what is kept. */
public final class Natively {
    private Natively() {}

    /** A number, which is native memory too and belongs to the innermost scope. */
    public static Scalar number(double value) {
        return new Scalar(value);
    }

    /** A whole number, next to which whole numbers stay whole. */
    static Scalar whole(long value) {
        return new Scalar(value);
    }

    /** The tensor, which now outlives its scope and is closed by whoever keeps it. */
    public static Tensor kept(Tensor tensor) {
        tensor.retainReference();
        return tensor;
    }
}
