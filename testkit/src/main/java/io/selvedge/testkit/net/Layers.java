package io.selvedge.testkit.net;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Clip;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Unary;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Builds a network layer by layer, weights drawn from a fixed seed with a deviation of {@code gain / sqrt(fan-in)} (He et al.,
 * Delving Deep into Rectifiers, 2015): activations neither vanish nor grow. Batch norms are folded, as exporters leave them, but
 * in networks that are to be trained. Values are NCHW.
 */
final class Layers {
    /** Keeps the second moment through a layer behind which a Relu halves it. */
    static final double RELU_GAIN = Math.sqrt(2);

    private static final double BIAS_DEVIATION = 0.05;
    private static final float EPSILON = 1e-5f;

    private final GraphBuilder builder;
    private final SplittableRandom random;

    Layers(String name) {
        this.builder = new GraphBuilder(name);
        this.random = new SplittableRandom(name.hashCode());
    }

    String input(long... extents) {
        return builder.input("input", TensorType.of(DType.FLOAT32, extents));
    }

    /** The network, whose output is this value. */
    Graph build(String output) {
        builder.output(output);
        return builder.build();
    }

    String add(String hint, Op op, String... inputs) {
        return builder.add(hint, op, inputs);
    }

    int[] extents(String value) {
        return builder.type(value).shape().extents();
    }

    String constant(String hint, Tensor tensor) {
        return builder.constant(hint, tensor);
    }

    String normal(String hint, double deviation, long... extents) {
        return constant(hint, Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ ->
                (float) (deviation * random.nextGaussian())));
    }

    /** A square convolution that pads both sides alike, as PyTorch's do. */
    String conv(String x, int channels, int kernel, int stride, double gain) {
        int pad = kernel / 2;
        return conv(x, channels, kernel, stride, 1, List.of(pad, pad, pad, pad), gain);
    }

    String depthwise(String x, int kernel, int stride, double gain) {
        int pad = kernel / 2;
        return conv(x, extents(x)[1], kernel, stride, extents(x)[1], List.of(pad, pad, pad, pad), gain);
    }

    /** @param pads all begins, then all ends */
    String conv(String x, int channels, int kernel, int stride, int group, List<Integer> pads, double gain) {
        int perGroup = extents(x)[1] / group;
        String w = normal("weight", gain / Math.sqrt(perGroup * kernel * kernel), channels, perGroup, kernel, kernel);
        String b = normal("bias", BIAS_DEVIATION, channels);
        return add("conv", new Conv(List.of(stride, stride), pads, List.of(1, 1), group), x, w, b);
    }

    /** A square convolution with TensorFlow's padding in front of a batch norm, which takes the place of its bias. */
    String normalizedConv(String x, int channels, int kernel, int stride) {
        int from = extents(x)[1];
        List<Integer> pads = same(extents(x)[2], kernel, stride);
        String w = normal("weight", RELU_GAIN / Math.sqrt(from * kernel * kernel), channels, from, kernel, kernel);
        String y = add("conv", new Conv(List.of(stride, stride), pads, List.of(1, 1), 1), x, w);
        return add(
                "norm",
                new BatchNormalization(EPSILON),
                y,
                vector("scale", channels, 1),
                vector("bias", channels, 0),
                vector("mean", channels, 0),
                vector("variance", channels, 1));
    }

    private String vector(String hint, int channels, double value) {
        return constant(hint, Tensor.filled(TensorType.of(DType.FLOAT32, channels), _ -> value));
    }

    /** Pads that TensorFlow calls SAME: as many outputs as {@code extent / stride} rounded up, the odd one at the end. */
    static List<Integer> same(int extent, int kernel, int stride) {
        int outputs = (extent + stride - 1) / stride;
        int total = Math.max(0, (outputs - 1) * stride + kernel - extent);
        return List.of(total / 2, total / 2, total - total / 2, total - total / 2);
    }

    /** {@code Y = X W' + b} of a matrix. */
    String linear(String x, int channels, double gain) {
        int inner = extents(x)[1];
        String w = normal("weight", gain / Math.sqrt(inner), channels, inner);
        return add("gemm", new Gemm(1, 1, false, true), x, w, normal("bias", BIAS_DEVIATION, channels));
    }

    /** {@code Y = X W + b} along the last axis of a tensor of any rank. */
    String project(String x, int channels, double gain) {
        int[] extents = extents(x);
        int inner = extents[extents.length - 1];
        String product = add("matmul", new MatMul(), x, normal("weight", gain / Math.sqrt(inner), inner, channels));
        return sum(product, normal("bias", BIAS_DEVIATION, channels));
    }

    String relu(String x) {
        return add("relu", new Unary(Unary.Kind.RELU), x);
    }

    String relu6(String x) {
        String zero = constant("zero", Tensor.floats(new float[] {0}));
        return add("relu6", new Clip(), x, zero, constant("six", Tensor.floats(new float[] {6})));
    }

    String sum(String a, String b) {
        return binary(Binary.Kind.ADD, a, b);
    }

    String binary(Binary.Kind kind, String a, String b) {
        return add(kind.onnx().toLowerCase(java.util.Locale.ROOT), new Binary(kind), a, b);
    }

    String maxPool(String x, int kernel, int stride, int pad) {
        List<Integer> pads = List.of(pad, pad, pad, pad);
        return add(
                "maxpool",
                new Pool(
                        Pool.Kind.MAX,
                        List.of(kernel, kernel),
                        List.of(stride, stride),
                        pads,
                        List.of(1, 1),
                        false,
                        false),
                x);
    }

    /** Means over the plane, as a matrix. */
    String pooled(String x) {
        return add("flatten", new Flatten(1), add("pool", new GlobalPool(Pool.Kind.AVERAGE), x));
    }
}
