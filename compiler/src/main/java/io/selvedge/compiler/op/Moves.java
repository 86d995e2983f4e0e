package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.List;

/** What data-moving operators share. */
final class Moves {
    private Moves() {}

    /** The same elements, in the same order, under the output's shape. */
    static void reshape(ProgramBuilder builder, String input, String output) {
        builder.alias(output, DenseOperands.reshaped(builder, input, builder.extents(output)));
    }

    /** Axis {@code axis} of a view becomes {@code outer} times what is left; both walk the same elements. */
    static View split(View view, int axis, int outer) {
        int rank = view.extents().length;
        int[] extents = new int[rank + 1];
        int[] strides = new int[rank + 1];
        for (int from = 0, to = 0; from < rank; from++) {
            if (from == axis) {
                int inner = view.extents()[axis] / outer;
                extents[to] = outer;
                strides[to++] = view.strides()[axis] * inner;
                extents[to] = inner;
                strides[to++] = view.strides()[axis];
            } else {
                extents[to] = view.extents()[from];
                strides[to++] = view.strides()[from];
            }
        }
        return new View(view.buffer(), view.weight(), view.offset(), extents, strides);
    }

    /** The view with an axis that repeats it. */
    static View repeated(View view, int axis, int count) {
        int rank = view.extents().length;
        int[] extents = new int[rank + 1];
        int[] strides = new int[rank + 1];
        for (int to = 0; to <= rank; to++) {
            int from = to < axis ? to : to - 1;
            extents[to] = to == axis ? count : view.extents()[from];
            strides[to] = to == axis ? 0 : view.strides()[from];
        }
        return new View(view.buffer(), view.weight(), view.offset(), extents, strides);
    }

    /** The view without an axis, at its first index. */
    static View without(View view, int axis) {
        int rank = view.extents().length;
        int[] extents = new int[rank - 1];
        int[] strides = new int[rank - 1];
        for (int to = 0; to < rank - 1; to++) {
            int from = to < axis ? to : to + 1;
            extents[to] = view.extents()[from];
            strides[to] = view.strides()[from];
        }
        return new View(view.buffer(), view.weight(), view.offset(), extents, strides);
    }

    /** Writes one number, given in the value's own dtype, to every element of a view. */
    static void fill(ProgramBuilder builder, View view, DType dtype, double value) {
        double held = dtype == DType.INT8 ? ProgramBuilder.zeroPoint(dtype, (int) value) : value;
        Compute compute = dtype == DType.UINT8 || dtype == DType.INT8 ? Compute.F32 : Compute.of(List.of(dtype));
        MapLowering.emit(builder, view, List.of(), new Expr.Const(held), compute);
    }

    static int bytes(ProgramBuilder builder, String value) {
        return builder.graph().type(value).dtype().bytes();
    }
}
