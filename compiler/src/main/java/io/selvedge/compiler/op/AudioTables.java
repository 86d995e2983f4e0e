package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;

/**
 * Tables of audio front ends, computed on import: Hann, Hamming and Blackman windows, and the triangular filters on the mel
 * scale that MelWeightMatrix gives. Their inputs must be constant.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MelWeightMatrix.html">ONNX MelWeightMatrix</a>
 */
final class AudioTables {
    /** Hamming's first coefficient as ONNX has it. */
    private static final double HAMMING = 25.0 / 46;

    /** Elements of a table; a file's few bytes must not become gigabytes. */
    private static final int LARGEST = 1 << 24;

    private AudioTables() {}

    static Op readWindow(OpCall call) {
        int count = call.neededInteger(0, "size");
        shapes(count > 0 && count <= LARGEST, "needs a window of 1 to %s elements, got %s", LARGEST, count);
        int period = call.attributes().flag("periodic", true) ? count : Math.max(1, count - 1);
        TensorType type = TensorType.of(dtype(call), count);
        return table(call, Tensor.filled(type, n -> {
            double angle = 2 * Math.PI * n / period;
            return switch (call.type()) {
                case "HannWindow" -> 0.5 - 0.5 * Math.cos(angle);
                case "HammingWindow" -> HAMMING - (1 - HAMMING) * Math.cos(angle);
                default -> 0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle);
            };
        }));
    }

    /** Inputs: bins on the mel scale, length of the DFT, sample rate, lower and upper edge in Hz. */
    static Op readMel(OpCall call) {
        int mels = call.neededInteger(0, "num_mel_bins");
        int length = call.neededInteger(1, "dft_length");
        int rate = call.neededInteger(2, "sample_rate");
        double low = mel(edge(call, 3));
        double high = mel(edge(call, 4));
        shapes(
                mels > 0 && length > 0 && rate > 0 && (length / 2 + 1L) * mels <= LARGEST,
                "needs bins, length and sample rate above 0 and a matrix of at most %s elements; got %s, %s and %s",
                LARGEST,
                mels,
                length,
                rate);
        int[] bins = new int[mels + 2];
        for (int i = 0; i < bins.length; i++) {
            double hertz = 700 * (Math.pow(10, (i * (high - low) / bins.length + low) / 2595) - 1);
            bins[i] = (int) Math.floor((length + 1) * hertz / rate);
        }
        int rows = length / 2 + 1;
        double[] y = new double[rows * mels];
        for (int m = 0; m < mels; m++) {
            int from = bins[m];
            int peak = bins[m + 1];
            int to = bins[m + 2];
            shapes(from >= 0 && to <= rows, "needs edges below half the sample rate %s", rate);
            for (int j = from; j <= peak; j++) {
                y[j * mels + m] = peak == from ? 1 : (double) (j - from) / (peak - from);
            }
            for (int j = peak; j < to; j++) {
                y[j * mels + m] = (double) (to - j) / (to - peak);
            }
        }
        return table(call, Tensor.filled(TensorType.of(dtype(call), rows, mels), i -> y[i]));
    }

    private static double edge(OpCall call, int index) {
        return call.known(index)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "needs input " + index + " (edge in Hz) to be constant"))
                .getDouble(0);
    }

    private static double mel(double hertz) {
        return 2595 * Math.log10(1 + hertz / 700);
    }

    private static DType dtype(OpCall call) {
        int code = call.attributes().index("output_datatype", DType.FLOAT32.onnxCode());
        return DType.ofOnnxCode(code)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE, "makes ONNX element type " + code + ", which is not supported"));
    }

    private static Op table(OpCall call, Tensor table) {
        call.keep(0);
        call.set(0, "table", table);
        return new Identity();
    }
}
