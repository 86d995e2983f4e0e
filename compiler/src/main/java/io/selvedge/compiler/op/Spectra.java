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
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Fourier transforms restated on import as products with a table of sines and cosines. DFT:
 * {@code Y[k] = sum over n of X[n] * exp(-2 pi i k n / N)} along one axis, the last axis holding (real, imaginary); STFT: the
 * same of frames that a window weighs, as a strided convolution.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__STFT.html">ONNX STFT</a>,
 *     <a href="https://onnx.ai/onnx/operators/onnx__DFT.html">DFT</a>
 */
final class Spectra {
    /** Of a matrix that is a transform; a file's few bytes must not become gigabytes. */
    private static final int LARGEST_TABLE = 1 << 24;

    private Spectra() {}

    /** Inputs: X [...,1 or 2], length (optional), from opset 20 on axis (optional). */
    static Op readDft(OpCall call) {
        int[] x = call.extents(0);
        int rank = x.length;
        int axis = call.has(2)
                ? call.neededInteger(2, "axis")
                : call.attributes().index("axis", call.opset() < 20 ? 1 : -2);
        int along = Operands.axis(axis, rank);
        shapes(
                along < rank - 1 && x[rank - 1] <= 2,
                "needs X [...,1] or [...,2] and an axis before the last, got %s and axis %s",
                call.inputType(0),
                along);
        int length = call.has(1) ? call.neededInteger(1, "dft_length") : x[along];
        int parts = x[rank - 1];
        boolean inverse = call.attributes().flag("inverse", false);
        int bins = call.attributes().flag("onesided", false) ? length / 2 + 1 : length;
        shapes(
                length > 0 && (double) x[along] * parts * bins * 2 <= LARGEST_TABLE,
                "needs a length above 0 and a table of at most %s numbers, got %s bins of %s points",
                LARGEST_TABLE,
                bins,
                x[along]);
        List<Integer> order = new ArrayList<>(
                IntStream.range(0, rank).filter(other -> other != along).boxed().toList());
        order.add(rank - 2, along);
        String moved = call.before("moved", new Transpose(order), call.input(0));
        List<Integer> rest = new ArrayList<>();
        order.subList(0, rank - 2).forEach(a -> rest.add(x[a]));
        String rows = reshaped(call, "rows", moved, with(rest, x[along] * parts));
        String table = call.constant("table", table(call.inputType(0).dtype(), x[along], parts, length, bins, inverse));
        String product = call.before("product", new MatMul(), rows, table);
        String pairs = reshaped(call, "pairs", product, with(rest, bins, 2));
        List<Integer> back = new ArrayList<>();
        for (int a = 0; a < rank; a++) {
            back.add(order.indexOf(a));
        }
        call.keep(0);
        call.set(0, pairs);
        return new Transpose(back);
    }

    /** {@code [count * parts, bins * 2]}; what lies behind {@code length} does not count. */
    private static Tensor table(DType dtype, int count, int parts, int length, int bins, boolean inverse) {
        double sign = inverse ? 1 : -1;
        double factor = inverse ? 1.0 / length : 1;
        return Tensor.filled(TensorType.of(dtype, (long) count * parts, bins * 2L), i -> {
            int row = i / (bins * 2);
            int n = row / parts;
            int k = i % (bins * 2) / 2;
            double angle = sign * 2 * Math.PI * ((long) n * k % length) / length;
            boolean imaginaryIn = row % parts == 1;
            boolean imaginaryOut = i % 2 == 1;
            double value =
                    imaginaryIn == imaginaryOut ? Math.cos(angle) : imaginaryOut ? Math.sin(angle) : -Math.sin(angle);
            return n < length ? factor * value : 0;
        });
    }

    /** Inputs: signal [N,L] or [N,L,1], step, window (optional), length of a frame (optional). */
    static Op readStft(OpCall call) {
        int[] x = call.extents(0);
        if (x.length == 3 && x[2] == 2) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "the signal is complex; only real signals [N,L] or [N,L,1] are supported");
        }
        shapes(x.length >= 2 && x.length <= 3, "needs a signal [N,L] or [N,L,1], got %s", call.inputType(0));
        int step = call.neededInteger(1, "frame_step");
        Optional<TensorType> window = call.has(2) ? Optional.of(call.inputType(2)) : Optional.empty();
        int length = call.has(3)
                ? call.neededInteger(3, "frame_length")
                : window.map(type -> type.shape().extent(0)).orElse(0);
        shapes(
                length > 0
                        && length <= x[1]
                        && step > 0
                        && window.map(type -> type.shape().elements() == length).orElse(true),
                "needs a step and a frame within the signal, and a window of the frame's length; got %s, step %s, frame %s",
                call.inputType(0),
                step,
                length);
        int bins = call.attributes().flag("onesided", true) ? length / 2 + 1 : length;
        DType dtype = call.inputType(0).dtype();
        Tensor table = table(dtype, length, 1, length, bins, false);
        Optional<Tensor> known = call.known(2);
        Tensor weights = Tensor.filled(TensorType.of(dtype, bins * 2L, 1, length), i -> {
            int n = i % length;
            return table.getDouble(n * bins * 2 + i / length)
                    * known.map(w -> w.getDouble(n)).orElse(1.0);
        });
        String kernel = call.constant("weights", weights);
        if (window.isPresent() && known.isEmpty()) {
            kernel = call.before("weighted", new Binary(Binary.Kind.MUL), kernel, call.input(2));
        }
        String signal = reshaped(call, "signal", call.input(0), List.of(x[0], 1, x[1]));
        Op conv = new Conv(List.of(step), List.of(0, 0), List.of(1), 1);
        String spectrum = call.before("spectrum", conv, signal, kernel);
        String frames = call.before("frames", new Transpose(List.of(0, 2, 1)), spectrum);
        call.keep(0);
        call.set(0, frames);
        call.set(1, "shape", List.of(x[0], (x[1] - length) / step + 1, bins, 2));
        return new Reshape(false);
    }

    private static List<Integer> with(List<Integer> extents, int... more) {
        List<Integer> all = new ArrayList<>(extents);
        Arrays.stream(more).forEach(all::add);
        return all;
    }

    private static String reshaped(OpCall call, String hint, String value, List<Integer> shape) {
        String extents = call.constant(hint + "_shape", Tensor.longs(Attributes.array(shape), shape.size()));
        return call.before(hint, new Reshape(false), value, extents);
    }
}
