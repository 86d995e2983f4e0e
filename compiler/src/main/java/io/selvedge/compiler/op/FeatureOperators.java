package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.List;

/** Operators of ai.onnx.ml on columns of features that are few operators of ai.onnx, so that they compile. */
final class FeatureOperators {
    private FeatureOperators() {}

    /** {@code Y = X > threshold ? 1 : 0}. */
    static Op readBinarizer(OpCall call) {
        DType dtype = call.inputType(0).dtype();
        float threshold = call.attributes().number("threshold", 0);
        call.set(1, "threshold", dtype, threshold);
        String greater = call.before("greater", new Binary(Binary.Kind.GREATER), call.input(0), call.input(1));
        call.keep(0);
        call.set(0, greater);
        return new Cast(dtype);
    }

    /** The columns of the last axis that Y lists; a vector is one row. */
    static Op readArrayFeatureExtractor(OpCall call) {
        TensorType x = call.inputType(0);
        int rank = x.shape().rank();
        if (rank == 1) {
            Tensor row = Tensor.longs(new long[] {1, x.shape().extent(0)}, 2);
            call.set(0, call.before("row", new Reshape(false), call.input(0), call.constant("row_shape", row)));
        }
        int count = Math.toIntExact(call.inputType(1).shape().elements());
        String flat = call.constant("flat_shape", Tensor.longs(new long[] {count}, 1));
        call.set(1, call.before("columns", new Reshape(false), call.input(1), flat));
        return new Gather(Math.max(rank - 1, 1));
    }

    /** {@code Y = (X - offset) * scale}, both of one number or one a column; f32. */
    static Op readScaler(OpCall call) {
        String x = call.input(0);
        if (call.inputType(0).dtype() != DType.FLOAT32) {
            x = call.before("real", new Cast(DType.FLOAT32), x);
        }
        String moved = call.before("moved", new Binary(Binary.Kind.SUB), x, column(call, "offset", 0));
        call.keep(0);
        call.set(0, moved);
        call.set(1, column(call, "scale", 1));
        return new Binary(Binary.Kind.MUL);
    }

    private static String column(OpCall call, String name, float otherwise) {
        float[] values = call.attributes().floats(name).orElse(new float[] {otherwise});
        return call.constant(name, Tensor.floats(values, values.length));
    }

    /** Rows divided by their largest element, their sum of magnitudes or their length; zero rows stay. */
    static Op readNormalizer(OpCall call) {
        String norm = call.attributes().text("norm", "MAX");
        Reduce.Kind kind = switch (norm) {
            case "MAX" -> Reduce.Kind.MAX;
            case "L1" -> Reduce.Kind.L1;
            case "L2" -> Reduce.Kind.L2;
            default ->
                throw new io.selvedge.compiler.diag.SelvedgeException(
                        io.selvedge.compiler.diag.ErrorCode.BAD_ATTRIBUTE,
                        "norm '" + norm + "' is not known; use MAX, L1 or L2");
        };
        String x = call.input(0);
        if (call.inputType(0).dtype() != DType.FLOAT32) {
            x = call.before("real", new Cast(DType.FLOAT32), x);
        }
        int last = call.inputType(0).shape().rank() - 1;
        String size = call.before("norm", new Reduce(kind, List.of(last), true), x);
        String zero = call.constant("zero", Tensor.floats(new float[] {0}));
        String one = call.constant("one", Tensor.floats(new float[] {1}));
        String isZero = call.before("is_zero", new Binary(Binary.Kind.EQUAL), size, zero);
        String divisor = call.before("divisor", new Where(), isZero, one, size);
        call.keep(0);
        call.set(0, x);
        call.set(1, divisor);
        return new Binary(Binary.Kind.DIV);
    }
}
