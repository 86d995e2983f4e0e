package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Normalisations restated on import in simpler operators. GroupNormalization: {@code (x - mean) / sqrt(variance + epsilon)}
 * over each group of channels, times scale plus bias. MeanVarianceNormalization: {@code (x - mean) / (deviation + 1e-9)} over
 * axes. LpNormalization: x over its norm along an axis.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GroupNormalization.html">ONNX GroupNormalization</a>
 */
final class Normalizations {
    private Normalizations() {}

    /** Scale and bias are per group in opset 18 and per channel from opset 21 on. */
    static Op readGroup(OpCall call) {
        int[] x = call.extents(0);
        int groups = call.attributes().index("num_groups");
        shapes(
                x.length >= 2 && groups > 0 && x[1] % groups == 0,
                "needs the channels to be a multiple of %s groups, got %s",
                groups,
                call.inputType(0));
        DType dtype = call.inputType(0).dtype();
        boolean perGroup = call.opset() < 21;
        int inner = Strides.product(x, 1, x.length) / groups;
        String grouped = reshaped(call, "grouped", call.input(0), List.of(x[0], groups, inner));
        Op instance = new InstanceNormalization(call.attributes().number("epsilon", 1e-5f));
        String one = call.constant("one", Tensor.filled(TensorType.of(dtype, groups), _ -> 1));
        String zero = call.constant("zero", Tensor.filled(TensorType.of(dtype, groups), _ -> 0));
        String y = perGroup
                ? call.before("normal", instance, grouped, call.input(1), call.input(2))
                : call.before("normal", instance, grouped, one, zero);
        List<Integer> shape = Arrays.stream(x).boxed().toList();
        if (perGroup) {
            call.keep(0);
            call.set(0, y);
            call.set(1, "shape", shape);
            return new Reshape(false);
        }
        List<Integer> channels = new ArrayList<>(Collections.nCopies(x.length - 1, 1));
        channels.set(0, x[1]);
        String scale = reshaped(call, "scales", call.input(1), channels);
        String bias = reshaped(call, "biases", call.input(2), channels);
        String scaled = call.before("scaled", new Binary(Binary.Kind.MUL), reshaped(call, "whole", y, shape), scale);
        call.keep(0);
        call.set(0, scaled);
        call.set(1, bias);
        return new Binary(Binary.Kind.ADD);
    }

    static Op readMeanVariance(OpCall call) {
        int rank = call.extents(0).length;
        List<Integer> axes = call.attributes().integers("axes", List.of(0, 2, 3)).stream()
                .map(axis -> Operands.axis(axis, rank))
                .sorted()
                .toList();
        DType dtype = call.inputType(0).dtype();
        Reduce average = new Reduce(Reduce.Kind.MEAN, axes, true);
        String mean = call.before("mean", average, call.input(0));
        String centred = call.before("centred", new Binary(Binary.Kind.SUB), call.input(0), mean);
        String square = call.before("square", new Binary(Binary.Kind.MUL), centred, centred);
        String variance = call.before("variance", average, square);
        String deviation = call.before("deviation", new Unary(Unary.Kind.SQRT), variance);
        String tiny = call.constant("tiny", Tensor.filled(TensorType.of(dtype), _ -> 1e-9));
        String divisor = call.before("divisor", new Binary(Binary.Kind.ADD), deviation, tiny);
        call.set(0, centred);
        call.set(1, divisor);
        return new Binary(Binary.Kind.DIV);
    }

    static Op readLp(OpCall call) {
        int p = call.attributes().index("p", 2);
        if (p != 1 && p != 2) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "attribute 'p' must be 1 or 2, is " + p);
        }
        Reduce.Kind kind = p == 1 ? Reduce.Kind.L1 : Reduce.Kind.L2;
        call.set(1, call.before("norm", new Reduce(kind, List.of(call.axis(-1)), true), call.input(0)));
        return new Binary(Binary.Kind.DIV);
    }

    private static String reshaped(OpCall call, String hint, String value, List<Integer> shape) {
        String extents = call.constant(hint + "_shape", Tensor.longs(Attributes.array(shape), shape.size()));
        return call.before(hint, new Reshape(false), value, extents);
    }
}
