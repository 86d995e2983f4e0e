package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
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
        String x = real(call);
        String moved = call.before("moved", new Binary(Binary.Kind.SUB), x, column(call, "offset", 0));
        call.keep(0);
        call.set(0, moved);
        call.set(1, column(call, "scale", 1));
        return new Binary(Binary.Kind.MUL);
    }

    /** X in f32. */
    private static String real(OpCall call) {
        return call.inputType(0).dtype() == DType.FLOAT32
                ? call.input(0)
                : call.before("real", new Cast(DType.FLOAT32), call.input(0));
    }

    /** {@code Y = X · coefficientsᵀ + intercepts}: X [N,features], Y [N,targets]. */
    static Op readLinearRegressor(OpCall call) {
        if (PostTransform.read(call.attributes()) != PostTransform.NONE) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "post_transform of a linear regressor is not supported; it is rarely used");
        }
        linear(call, call.attributes().index("targets", 1));
        return new Gemm(1, 1, false, true);
    }

    /** Scores {@code Z = transform(X · coefficientsᵀ + intercepts)} and the label Y of the largest one. */
    static Op readLinearClassifier(OpCall call) {
        Tensor labels = labels(call.attributes(), "classlabels_ints");
        PostTransform transform = PostTransform.read(call.attributes());
        linear(call, labels.elements());
        String scores =
                call.before("scores", new Gemm(1, 1, false, true), call.inputs().toArray(String[]::new));
        call.computed(
                1,
                switch (transform) {
                    case NONE -> scores;
                    case LOGISTIC -> call.before("probabilities", new Unary(Unary.Kind.SIGMOID), scores);
                    case SOFTMAX -> call.before("probabilities", new Softmax(1, false), scores);
                    case SOFTMAX_ZERO ->
                        throw new SelvedgeException(
                                ErrorCode.UNSUPPORTED_OP, "SOFTMAX_ZERO of a linear classifier is not supported");
                });
        String winner = call.before("winner", new ArgReduce(true, 1, false, false), scores);
        call.keep(0);
        call.set(0, "labels", labels);
        call.set(1, winner);
        return new Gather(0);
    }

    /** The inputs of a Gemm: X, a row of coefficients for each output, intercepts. */
    private static void linear(OpCall call, int outputs) {
        float[] coefficients = call.attributes().floats("coefficients").orElse(new float[0]);
        int features = call.inputType(0).shape().rank() == 2 ? call.extents(0)[1] : -1;
        Operands.shapes(
                features > 0 && coefficients.length == outputs * features,
                "needs X [N,features] and a row of coefficients for each of %s outputs, got %s and %s coefficients",
                outputs,
                call.inputType(0),
                coefficients.length);
        float[] intercepts = call.attributes().floats("intercepts").orElse(new float[outputs]);
        String x = real(call);
        call.keep(0);
        call.set(0, x);
        call.set(1, "coefficients", Tensor.floats(coefficients, outputs, features));
        call.set(2, "intercepts", Tensor.floats(intercepts, intercepts.length));
    }

    /** Class labels, int64 or strings.
     *  @throws SelvedgeException BAD_ATTRIBUTE when there are none */
    static Tensor labels(Attributes attributes, String integers) {
        List<String> texts = attributes.texts("classlabels_strings");
        long[] numbers = attributes.longs(integers).orElse(new long[0]);
        if (texts.isEmpty() && numbers.length == 0) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "needs class labels, has " + attributes.asMap().keySet());
        }
        return texts.isEmpty() ? Tensor.longs(numbers, numbers.length) : Tensor.texts(texts, texts.size());
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
        String x = real(call);
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
