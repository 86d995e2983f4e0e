package io.selvedge.bench.tflite;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.testkit.tflite.Fields;
import io.selvedge.testkit.tflite.TfliteWriter;
import java.util.List;
import java.util.Optional;

/** Convolutions and fully connected layers, in float or, between a DequantizeLinear and a QuantizeLinear, in int8. */
final class Products {
    private static final int CONV = 3;
    private static final int DEPTHWISE = 4;
    private static final int FULLY_CONNECTED = 9;
    private static final int TRANSPOSED_CONV = 67;

    private final Values values;

    Products(Values values) {
        this.values = values;
    }

    /** Writes a convolution; the nodes behind it that it computes too are its epilogue. */
    Epilogue conv(Node node, Conv conv) {
        int[] w = values.graph.type(node.input(1)).shape().extents();
        int[] x = values.graph.type(node.input(0)).shape().extents();
        boolean depthwise = conv.group() > 1;
        if (x.length != 4 || depthwise && (conv.group() != x[1] || w[1] != 1) || x[0] != 1) {
            throw Values.unsupported(node, "needs one image of two axes, one group or as many as channels");
        }
        boolean same = Windows.isSame(x, w, conv.strides(), conv.pads(), conv.dilations());
        boolean valid = conv.pads().stream().allMatch(p -> p == 0);
        int s = values.eight(node.input(0)).isPresent() ? 8 : 32;
        Operands operands = s == 8 ? eights(node, depthwise ? 3 : 0, depthwise) : floats(node, depthwise);
        int input = same || valid ? operands.x : Windows.padded(values, node, operands.x, conv.pads());
        Fields options = Fields.of()
                .set(0, (byte) (same ? 0 : 1))
                .set(1, conv.strides().get(1))
                .set(2, conv.strides().get(0));
        Epilogue epilogue = Epilogue.of(values, node.output());
        int dilation = depthwise ? 5 : 4;
        if (depthwise) {
            options.set(3, w[0] / x[1]);
        }
        options.set(depthwise ? 4 : 3, epilogue.activation())
                .set(dilation, conv.dilations().get(1))
                .set(dilation + 1, conv.dilations().get(0));
        values.writer.operator(
                depthwise ? DEPTHWISE : CONV,
                depthwise ? 2 : 1,
                options,
                new int[] {input, operands.w, operands.b},
                result(node, epilogue, s == 8));
        return epilogue;
    }

    Epilogue gemm(Node node, Gemm gemm) {
        if (gemm.transA() || gemm.alpha() != 1 || gemm.beta() != 1) {
            throw Values.unsupported(node, "needs alpha and beta of 1 and A as it is");
        }
        boolean eight = values.eight(node.input(0)).isPresent();
        Operands operands = eight ? eights(node, 0, false) : floats(node, false);
        Epilogue epilogue = Epilogue.of(values, node.output());
        values.writer.operator(
                FULLY_CONNECTED,
                8,
                Fields.of().set(0, epilogue.activation()),
                new int[] {operands.x, operands.w, operands.b},
                result(node, epilogue, eight));
        return epilogue;
    }

    /** Float only; the result's extents are the stride times the input's, as without pads and with the kernel of the stride. */
    void transposedConv(Node node, List<Integer> strides) {
        Tensor w = values.constant(node, 1);
        int channels = w.shape().extent(1);
        int[] y = values.extents(node.output());
        int size = values.writer.integers(node.name() + "_size", y);
        int weights = values.writer.constant(node.input(1), Values.permuted(w, 1, 2, 3, 0));
        values.writer.operator(
                TRANSPOSED_CONV,
                49,
                Fields.of().set(0, (byte) 1).set(1, strides.get(1)).set(2, strides.get(0)),
                new int[] {size, weights, values.floating(node.input(0)), floatBias(node, channels)},
                values.define(node.output()));
        values.writer.version(3);
    }

    private record Operands(int x, int w, int b) {}

    /** The tensor that the operator writes. */
    private int result(Node node, Epilogue epilogue, boolean eight) {
        if (!eight) {
            return values.define(epilogue.value());
        }
        return values.defineEight(
                epilogue.quantize().orElseThrow(() -> Values.unsupported(node, "its result is not quantised")));
    }

    private Operands floats(Node node, boolean depthwise) {
        Tensor w = weights(node, values.constant(node, 1), depthwise);
        int[] e = w.shape().extents();
        return new Operands(
                values.floating(node.input(0)),
                values.writer.constant(node.input(1), w),
                floatBias(node, depthwise ? e[3] : e[0]));
    }

    private int floatBias(Node node, int channels) {
        Tensor bias = node.hasInput(2)
                ? values.constant(node, 2)
                : Tensor.filled(Values.type(DType.FLOAT32, channels), _ -> 0);
        return values.writer.constant(node.output() + "_bias", bias);
    }

    private Operands eights(Node node, int axis, boolean depthwise) {
        Node dequantize = values.dequantize(node.input(1))
                .orElseThrow(() -> Values.unsupported(node, "its weights are not quantised"));
        Tensor w = values.constant(dequantize, 0);
        boolean symmetric = w.dtype() == DType.INT8
                && (!dequantize.hasInput(2)
                        || java.util.Arrays.stream(
                                        values.constant(dequantize, 2).toLongs())
                                .allMatch(z -> z == 0));
        if (!symmetric) {
            throw Values.unsupported(node, "needs symmetric int8 weights");
        }
        float[] scales = values.constant(dequantize, 1).toFloats();
        int weights = values.writer.constant(
                node.input(1),
                weights(node, w, depthwise),
                TfliteWriter.perChannel(axis, scales, new long[scales.length]));
        Node input = values.dequantize(node.input(0)).orElseThrow();
        float[] biasScales = scales.clone();
        for (int c = 0; c < scales.length; c++) {
            biasScales[c] *= values.steps(input).scale();
        }
        Optional<Node> bias = Optional.of(node).filter(n -> n.hasInput(2)).flatMap(n -> values.dequantize(n.input(2)));
        if (node.hasInput(2) && bias.isEmpty()) {
            throw Values.unsupported(node, "its bias is not quantised");
        }
        Tensor steps = bias.map(b -> values.constant(b, 0))
                .orElseGet(() -> Tensor.integers(Values.type(DType.INT32, scales.length), _ -> 0));
        return new Operands(
                values.eight(node.input(0)).orElseThrow(),
                weights,
                values.writer.constant(
                        node.output() + "_bias",
                        steps,
                        TfliteWriter.perChannel(0, biasScales, new long[scales.length])));
    }

    /** OIHW becomes OHWI, for depthwise ones 1HWO; matrices become [outputs, inputs]. */
    private static Tensor weights(Node node, Tensor w, boolean depthwise) {
        if (w.shape().rank() == 4) {
            return depthwise ? Values.permuted(w, 1, 2, 3, 0) : Values.permuted(w, 0, 2, 3, 1);
        }
        boolean rows = node.op() instanceof Gemm gemm && gemm.transB();
        return rows ? w : Values.permuted(w, 1, 0);
    }
}
