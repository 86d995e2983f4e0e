package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;

/** Operands of kernels that want whole dense buffers, or regular matrices. */
final class DenseOperands {
    private DenseOperands() {}

    /** A buffer that holds exactly the value, dense from its first byte; copies when needed. */
    static View input(ProgramBuilder builder, String value) {
        View view = builder.dense(value);
        if (!view.weight() && view.offset() == 0) {
            return view;
        }
        DType dtype = builder.graph().type(value).dtype();
        View copy = builder.temporary(value + ".dense", dtype, view.extents());
        builder.copy(view, copy, dtype.bytes());
        return copy;
    }

    /** Writes an output that must be dense: straight into the value's buffer where that is dense, else through a temporary. */
    static void output(ProgramBuilder builder, String value, java.util.function.Consumer<View> kernel) {
        View out = builder.define(value);
        if (out.offset() == 0 && out.isDense()) {
            kernel.accept(out);
            return;
        }
        DType dtype = builder.graph().type(value).dtype();
        View temporary = builder.temporary(value + ".dense", dtype, out.extents());
        kernel.accept(temporary);
        builder.copy(temporary, out, dtype.bytes());
    }

    /** The value under other extents, in place where its strides allow it, else as a dense copy. */
    static View reshaped(ProgramBuilder builder, String value, int... extents) {
        return builder.view(value)
                .reshaped(extents)
                .or(() -> builder.dense(value).reshaped(extents))
                .orElseThrow();
    }
}
