package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;

/** Elements of data that indices choose along one axis, each at its own place on the others: GatherElements, ScatterElements. */
final class AlongAxis {
    /** SV_AXES of index.h. */
    private static final int MOST_AXES = 16;

    private final TensorType data;
    private final int axis;
    private final int stride;
    private final int[] strides;

    AlongAxis(TensorType data, int axis) {
        this.data = data;
        this.axis = Operands.axis(axis, data.shape().rank());
        this.strides = Strides.of(data.shape().extents());
        this.stride = strides[this.axis];
        strides[this.axis] = 0;
    }

    /** @throws SelvedgeException SHAPE_MISMATCH unless every index has a place in data, UNSUPPORTED_DTYPE for what is no index */
    void check(TensorType indices) {
        Operands.indices(indices);
        boolean fits = data.shape().rank() == indices.shape().rank();
        for (int other = 0; fits && other < strides.length; other++) {
            fits = other == axis
                    || indices.shape().extent(other) <= data.shape().extent(other);
        }
        shapes(
                fits,
                "needs indices of data's rank, no larger than data but along axis %s; got data=%s, indices=%s",
                axis,
                data,
                indices);
    }

    /** For each index the element of data that it means.
     *  @throws SelvedgeException BAD_DATA when one is outside */
    int[] positions(String type, Tensor indices) {
        int[] positions = Strides.walk(indices.shape().extents(), strides, 0);
        int extent = data.shape().extent(axis);
        Arrays.setAll(positions, i -> positions[i] + stride * Operands.index(type, indices.getLong(i), extent, axis));
        return positions;
    }

    /** What the routines are told: count, rank, extents, strides, and the axis's extent and stride.
     *  @throws SelvedgeException UNSUPPORTED_OP for more axes than they walk */
    Object[] constants(TensorType indices) {
        if (strides.length > MOST_AXES) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "native code walks at most " + MOST_AXES + " axes; data has " + strides.length);
        }
        return new Object[] {
            indices.shape().elements(),
            strides.length,
            indices.shape().extents(),
            strides,
            data.shape().extent(axis),
            stride
        };
    }
}
