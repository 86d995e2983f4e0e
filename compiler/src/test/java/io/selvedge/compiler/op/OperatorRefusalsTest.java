package io.selvedge.compiler.op;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Wrong attributes, shapes, dtypes and indices are named with what was needed. */
final class OperatorRefusalsTest {
    private static void refused(OpCase call, ErrorCode code, String... words) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        SelvedgeException.class,
                        e -> org.assertj.core.api.Assertions.assertThat(e.code())
                                .isEqualTo(code))
                .hasMessageContainingAll(words);
    }

    @Test
    void attributes_out_of_range_are_named() {
        refused(
                OpCase.of("ScatterND", "reduction", "sub")
                        .input(1)
                        .constant(Tensor.longs(new long[1], 1, 1))
                        .input(1),
                ErrorCode.BAD_ATTRIBUTE,
                "'sub'",
                "add");
        refused(
                OpCase.of("BitShift", "direction", "UP").constant(1).constant(1),
                ErrorCode.BAD_ATTRIBUTE,
                "'UP'",
                "LEFT");
        refused(OpCase.of("Einsum", "equation", "i;j").input(1), ErrorCode.BAD_ATTRIBUTE, "ij,jk->ik");
        refused(OpCase.of("LpNormalization", "p", 3L).input(1), ErrorCode.BAD_ATTRIBUTE, "1 or 2");
        refused(
                OpCase.of("NegativeLogLikelihoodLoss", "reduction", "most")
                        .input(Tensor.floats(new float[2], 1, 2))
                        .constant(0),
                ErrorCode.BAD_ATTRIBUTE,
                "'most'",
                "mean");
        refused(
                OpCase.of("GridSample", "mode", "sharp")
                        .input(Tensor.floats(new float[1], 1, 1, 1, 1))
                        .input(Tensor.floats(new float[2], 1, 1, 1, 2)),
                ErrorCode.BAD_ATTRIBUTE,
                "'sharp'",
                "linear");
        refused(
                OpCase.of("ReverseSequence", "batch_axis", 2L).input(1).constant(1),
                ErrorCode.BAD_ATTRIBUTE,
                "0 and 1");
        refused(OpCase.of("CumSum").input(1, 2).constant(3), ErrorCode.BAD_ATTRIBUTE, "axis 3", "rank 1");
    }

    @Test
    void shapes_that_do_not_fit_are_named() {
        refused(OpCase.of("TopK").input(1, 2).constant(3), ErrorCode.SHAPE_MISMATCH, "axis 0", "[2]");
        refused(
                OpCase.of("GatherElements").input(1, 2).constant(Tensor.longs(new long[1], 1, 1)),
                ErrorCode.SHAPE_MISMATCH,
                "rank");
        refused(
                OpCase.of("GroupNormalization", "num_groups", 2L)
                        .input(Tensor.floats(new float[3], 1, 3))
                        .input(1)
                        .input(1),
                ErrorCode.SHAPE_MISMATCH,
                "2 groups");
        refused(OpCase.of("Det").input(1, 2), ErrorCode.SHAPE_MISMATCH, "square");
        refused(OpCase.of("CenterCropPad").input(1, 2).constant(1, 1), ErrorCode.SHAPE_MISMATCH, "axes [0]");
        refused(OpCase.of("Trilu").input(1, 2), ErrorCode.SHAPE_MISMATCH, "matrices");
        refused(OpCase.of("EyeLike").input(1, 2), ErrorCode.SHAPE_MISMATCH, "matrix");
        refused(OpCase.of("Einsum", "equation", "ij->i").input(1, 2), ErrorCode.SHAPE_MISMATCH, "'ij'");
    }

    @Test
    void indices_outside_are_named() {
        refused(OpCase.of("GatherND").input(1, 2).constant(2), ErrorCode.BAD_DATA, "index 2", "extent 2");
        refused(OpCase.of("ScatterElements").input(1, 2).constant(-3).input(1), ErrorCode.BAD_DATA, "index -3");
    }

    @Test
    void values_that_decide_shapes_must_be_constant() {
        refused(OpCase.of("NonZero").input(1, 0), ErrorCode.BAD_GRAPH, "constant", "shape");
        refused(OpCase.of("Unique").input(1, 0), ErrorCode.BAD_GRAPH, "constant", "shape");
    }

    @Test
    void wrong_dtypes_are_named() {
        refused(OpCase.of("BitwiseAnd").input(1).input(2), ErrorCode.UNSUPPORTED_DTYPE, "integers");
        refused(OpCase.of("IsNaN").constant(1), ErrorCode.UNSUPPORTED_DTYPE, "floating");
    }

    /** Native routines walk these operands by the extents of others, so that a short one would be read past its end. */
    @Test
    void operands_that_are_shorter_than_what_walks_them_are_named() {
        refused(
                OpCase.of("GatherElements", "axis", 1L)
                        .input(Tensor.floats(new float[4], 2, 2))
                        .input(Tensor.longs(new long[6], 3, 2)),
                ErrorCode.SHAPE_MISMATCH,
                "[2,2]",
                "[3,2]",
                "axis 1");
        refused(
                OpCase.of("ScatterElements")
                        .input(Tensor.floats(new float[4], 2, 2))
                        .input(Tensor.longs(new long[3], 1, 3))
                        .input(Tensor.floats(new float[3], 1, 3)),
                ErrorCode.SHAPE_MISMATCH,
                "[2,2]",
                "[1,3]");
        refused(deformConv().input(1, 2), ErrorCode.SHAPE_MISMATCH, "B of shape [1]");
        refused(
                deformConv().input(1).input(Tensor.floats(new float[2], 1, 1, 1, 2)),
                ErrorCode.SHAPE_MISMATCH,
                "mask",
                "[1,1,2,2]");
        refused(rnn().input(1), ErrorCode.SHAPE_MISMATCH, "input 3", "[1,4]");
        refused(
                rnn().input(Tensor.floats(new float[4], 1, 4)).input(zeros(DType.INT32, 2)),
                ErrorCode.SHAPE_MISMATCH,
                "input 4");
        refused(OpCase.of("CumSum").input(1, 2).input(Tensor.longs(new long[0], 0)), ErrorCode.SHAPE_MISMATCH, "axis");
        refused(
                OpCase.of("Trilu").input(Tensor.floats(new float[4], 2, 2)).input(Tensor.longs(new long[0], 0)),
                ErrorCode.SHAPE_MISMATCH,
                "diagonal");
    }

    @Test
    void operands_that_are_narrower_than_what_reads_them_are_named() {
        Tensor bytes = zeros(DType.UINT8, 1);
        for (String type : List.of("Gather", "GatherElements", "GatherND", "CumSum")) {
            refused(OpCase.of(type).input(1, 2).input(bytes), ErrorCode.UNSUPPORTED_DTYPE, "int32 or int64", "uint8");
        }
        refused(
                OpCase.of("RoiAlign")
                        .input(zeros(DType.FLOAT64, 1, 1, 1, 1))
                        .input(Tensor.floats(new float[4], 1, 4))
                        .constant(0),
                ErrorCode.DTYPE_MISMATCH,
                "float64",
                "float32");
    }

    private static OpCase deformConv() {
        return OpCase.of("DeformConv")
                .input(Tensor.floats(new float[4], 1, 1, 2, 2))
                .input(Tensor.floats(new float[1], 1, 1, 1, 1))
                .input(Tensor.floats(new float[8], 1, 2, 2, 2));
    }

    private static OpCase rnn() {
        return OpCase.of("RNN", "hidden_size", 2L)
                .input(Tensor.floats(new float[3], 1, 1, 3))
                .input(Tensor.floats(new float[6], 1, 2, 3))
                .input(Tensor.floats(new float[4], 1, 2, 2));
    }

    private static Tensor zeros(DType dtype, long... extents) {
        return Tensor.filled(TensorType.of(dtype, extents), _ -> 0);
    }
}
