package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;

/** Elements of a tensor compared as numbers of their dtype; integers of 64 bits lose digits as double. */
final class ElementOrder {
    private ElementOrder() {}

    /** Negative where element a is less than element b, positive where it is more; 0 and -0 are equal, NaN is the largest. */
    static int compare(Tensor x, int a, int b) {
        if (x.dtype().isFloat()) {
            return Double.compare(x.getDouble(a) + 0.0, x.getDouble(b) + 0.0);
        }
        return compare(x.dtype(), x.getLong(a), x.getLong(b));
    }

    /** Integers as {@link Tensor#getLong} gives them. */
    static int compare(DType dtype, long a, long b) {
        return dtype == DType.UINT64 ? Long.compareUnsigned(a, b) : Long.compare(a, b);
    }
}
