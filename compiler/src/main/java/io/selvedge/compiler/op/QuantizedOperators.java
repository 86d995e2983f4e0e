package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Operators on integers restated on import in those that work on QDQ graphs: QLinearConv and QLinearMatMul as
 * {@code Quantize(op(Dequantize(x), Dequantize(w)))}; ConvInteger, and MatMulInteger where no kernel takes its operands, as the product of {@code x - zero point}
 * in f32 where that holds every sum exactly, else in int32 or f64.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QLinearConv.html">ONNX QLinearConv</a>,
 *     <a href="https://onnx.ai/onnx/operators/onnx__MatMulInteger.html">MatMulInteger</a>
 */
final class QuantizedOperators {
    /** So many products of 8-bit numbers have a sum below 2^24, which f32 holds exactly. */
    private static final int EXACT_IN_FLOAT32 = 258;

    private static final int LARGEST_CENTRED = 255;

    private QuantizedOperators() {}

    /** Inputs: x, its scale and zero point, w, its scales and zero points, scale and zero point of y, bias (int32). */
    static Op readConv(OpCall call) {
        String x = dequantized(call, 0, 1);
        String w = dequantized(call, 3, 0);
        List<String> y = List.of(call.input(6), call.input(7));
        Optional<String> bias = Optional.empty();
        if (call.has(8)) {
            String scale = call.before("bias_scale", new Binary(Binary.Kind.MUL), call.input(4), call.input(1));
            Tensor zero = Tensor.integers(
                    new TensorType(DType.INT32, call.typeOf(scale).shape()), _ -> 0);
            bias = Optional.of(call.before(
                    "bias", new DequantizeLinear(0), call.input(8), scale, call.constant("bias_zero_point", zero)));
        }
        call.keep(0);
        call.set(0, x);
        call.set(1, w);
        bias.ifPresent(value -> call.set(2, value));
        return quantized(call, Conv.read(call), y);
    }

    /** Inputs: a, its scale and zero point, b, its scale and zero point, scale and zero point of y. */
    static Op readMatMul(OpCall call) {
        String a = dequantized(call, 0, call.extents(0).length - 2);
        String b = dequantized(call, 3, call.extents(3).length - 1);
        List<String> y = List.of(call.input(6), call.input(7));
        call.keep(0);
        call.set(0, a);
        call.set(1, b);
        return quantized(call, new MatMul(), y);
    }

    /** Inputs: x, w, zero point of x, zero points of w (one, or one for each output). */
    static Op readConvInteger(OpCall call) {
        int[] w = call.extents(1);
        boolean exact = Strides.product(w, 1, w.length) <= EXACT_IN_FLOAT32 || sumsAreExact(call, w[0], true);
        DType wide = exact ? DType.FLOAT32 : DType.FLOAT64;
        int[] perOutput = new int[w.length];
        Arrays.fill(perOutput, 1);
        perOutput[0] = call.has(3) ? Math.toIntExact(call.inputType(3).shape().elements()) : 1;
        String x = centred(call, 0, 2, wide, List.of());
        String weights =
                centred(call, 1, 3, wide, Arrays.stream(perOutput).boxed().toList());
        call.keep(0);
        call.set(0, x);
        call.set(1, weights);
        return rounded(call, Conv.read(call));
    }

    /** Inputs: A, B, zero points of A (one, or one for each row), zero points of B (one, or one for each column). */
    static Op readMatMulInteger(OpCall call) {
        int[] a = call.extents(0);
        int[] b = call.extents(1);
        boolean exact =
                (a.length == 0 ? 1 : a[a.length - 1]) <= EXACT_IN_FLOAT32 || sumsAreExact(call, b[b.length - 1], false);
        DType wide = exact ? DType.FLOAT32 : DType.INT32;
        boolean onePoint = !call.has(2) || call.inputType(2).shape().elements() == 1;
        if (onePoint && a.length > 1 && b.length == 2 && packs(call, 1, 3)) {
            return new MatMulInteger();
        }
        boolean perRow = call.has(2) && call.inputType(2).shape().rank() == 1 && a.length > 1;
        List<Integer> rows = perRow ? List.of(call.extents(2)[0], 1) : List.of();
        String left = centred(call, 0, 2, wide, rows);
        String right = centred(call, 1, 3, wide, List.of());
        call.keep(0);
        call.set(0, left);
        call.set(1, right);
        return rounded(call, new MatMul());
    }

    /** Whether the inputs B and its zero points are constant, and kernels take B without them. */
    static boolean packs(OpCall call, int b, int zeroPoint) {
        boolean points = !call.has(zeroPoint) || call.known(zeroPoint).isPresent();
        return points
                && call.known(b)
                        .flatMap(matrix -> MatMulInteger.centred(matrix, call.known(zeroPoint)))
                        .isPresent();
    }

    /** Whether the known weights of every output, times the largest input there can be, stay below 2^24 in sum. */
    private static boolean sumsAreExact(OpCall call, int outputs, boolean leading) {
        Optional<Tensor> weights = call.known(1);
        Optional<Tensor> zeroPoint = call.has(3) ? call.known(3) : Optional.of(Tensor.longs(new long[1]));
        if (weights.isEmpty() || zeroPoint.isEmpty()) {
            return false;
        }
        Tensor w = weights.get();
        Tensor zero = zeroPoint.get();
        long[] sums = new long[outputs];
        int run = w.elements() / Math.max(1, outputs);
        for (int i = 0; i < w.elements(); i++) {
            int output = leading ? i / run : i % outputs;
            sums[output] += Math.abs(w.getLong(i) - zero.getLong(zero.elements() == 1 ? 0 : output % zero.elements()));
        }
        return Arrays.stream(sums).allMatch(sum -> sum * LARGEST_CENTRED < 1L << 24);
    }

    private static String dequantized(OpCall call, int at, int axis) {
        String zeroPoint = call.input(at + 2);
        TensorType scale = call.inputType(at + 1);
        if (!scale.shape().equals(call.inputType(at + 2).shape())) {
            int[] extents = scale.shape().extents();
            String shape = call.constant(
                    "scale_shape",
                    Tensor.longs(Arrays.stream(extents).asLongStream().toArray(), extents.length));
            zeroPoint = call.before("zero_point", new Reshape(false), zeroPoint, shape);
        }
        return call.before("real", new DequantizeLinear(axis), call.input(at), call.input(at + 1), zeroPoint);
    }

    private static Op quantized(OpCall call, Op op, List<String> scaleAndZeroPoint) {
        String real = call.before("product", op, call.inputs().toArray(String[]::new));
        call.keep(0);
        call.set(0, real);
        call.set(1, scaleAndZeroPoint.get(0));
        call.set(2, scaleAndZeroPoint.get(1));
        return new QuantizeLinear(1);
    }

    private static String centred(OpCall call, int at, int zeroPoint, DType wide, List<Integer> shape) {
        String x = call.before("wide", new Cast(wide), call.input(at));
        if (!call.has(zeroPoint)) {
            return x;
        }
        String zero = call.before("wide_zero_point", new Cast(wide), call.input(zeroPoint));
        if (!shape.isEmpty()) {
            String extents = call.constant("shape", Tensor.longs(Attributes.array(shape), shape.size()));
            zero = call.before("wide_zero_point", new Reshape(false), zero, extents);
        }
        return call.before("centred", new Binary(Binary.Kind.SUB), x, zero);
    }

    private static Op rounded(OpCall call, Op op) {
        String sum = call.before("sum", op, call.inputs().toArray(String[]::new));
        call.keep(0);
        call.set(0, sum);
        return new Cast(DType.INT32);
    }
}
