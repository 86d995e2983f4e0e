package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.ir.Verifier;
import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.ConvTranspose;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.LayerNormalization;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Split;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.pass.EliminateDeadNodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small networks of the layers that tie channels in every way there is; values are [N,C,4,4]. */
public final class RandomNetwork {
    private static final List<Integer> ONES = List.of(1, 1);
    private static final List<Integer> NONE = List.of(0, 0, 0, 0);

    private final Random random;
    private final GraphBuilder g = new GraphBuilder("random");
    private final List<String> values = new ArrayList<>();

    private RandomNetwork(long seed) {
        this.random = new Random(seed);
    }

    public static Graph of(long seed) {
        return new RandomNetwork(seed).graph();
    }

    private Graph graph() {
        values.add(g.input("x", TensorType.of(DType.FLOAT32, 1 + random.nextInt(2), 3, 4, 4)));
        values.add(conv("x", 4));
        int layers = 3 + random.nextInt(10);
        for (int i = 0; i < layers; i++) {
            values.add(layer(values.get(Math.max(0, values.size() - 1 - random.nextInt(3)))));
        }
        g.output(head(values.getLast()));
        Graph graph = new EliminateDeadNodes().run(g.build());
        Verifier.verify(graph);
        return graph;
    }

    private String add(Op op, String... inputs) {
        return g.add("v", op, inputs);
    }

    private String weights(long... extents) {
        return g.constant(
                "w", Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ -> (float) random.nextGaussian() / 2));
    }

    private String integers(long... values) {
        return g.constant("i", Tensor.longs(values, values.length));
    }

    private int channels(String x) {
        return g.type(x).shape().extent(1);
    }

    private String layer(String x) {
        int c = channels(x);
        return switch (random.nextInt(18)) {
            case 0, 1 -> conv(x, 2 + random.nextInt(5));
            case 2 -> add(new Unary(random.nextBoolean() ? Unary.Kind.SIGMOID : Unary.Kind.RELU), x);
            case 3 -> add(new BatchNormalization(1e-3f), x, weights(c), weights(c), weights(c), positive(c));
            case 4, 5 -> add(new Binary(Binary.Kind.ADD), x, conv(conv(x, 3), c));
            case 6 -> add(new Concat(1), x, conv(x, 3), x);
            case 7 -> depthwise(x, 1 + random.nextInt(2));
            case 8 -> grouped(x);
            case 9 -> last(x);
            case 10 -> squeezed(x);
            case 11 -> add(new Binary(Binary.Kind.PRELU), x, weights(c, 1, 1));
            case 12 -> split(x);
            case 13 -> transposed(x);
            case 14 -> add(new Binary(Binary.Kind.MUL), x, conv(x, c));
            case 15 -> perceptron(x);
            case 16 -> shuffled(x);
            default -> pooled(x);
        };
    }

    private String conv(String x, int channels) {
        return random.nextBoolean()
                ? add(new Conv(ONES, List.of(1, 1, 1, 1), ONES, 1), x, weights(channels, channels(x), 3, 3))
                : add(new Conv(ONES, NONE, ONES, 1), x, weights(channels, channels(x), 1, 1), weights(channels));
    }

    private String depthwise(String x, int multiplier) {
        int c = channels(x);
        return add(
                new Conv(ONES, List.of(1, 1, 1, 1), ONES, c),
                x,
                weights((long) c * multiplier, 1, 3, 3),
                weights((long) c * multiplier));
    }

    private String grouped(String x) {
        String wide = conv(x, 6);
        return random.nextBoolean()
                ? add(new Conv(ONES, NONE, ONES, 2), wide, weights(4, 3, 1, 1), weights(4))
                : add(new Conv(ONES, NONE, ONES, 3), wide, weights(6, 2, 1, 1));
    }

    private String positive(int c) {
        return g.constant("p", Tensor.filled(TensorType.of(DType.FLOAT32, c), i -> 0.5 + 0.1 * i));
    }

    /** Channels last, a bias and a linear layer there, and back. */
    private String last(String x) {
        int c = channels(x);
        String y = add(new Transpose(List.of(0, 2, 3, 1)), x);
        y = add(new Binary(Binary.Kind.ADD), y, weights(c));
        if (random.nextBoolean()) {
            y = add(new LayerNormalization(-1, 1e-3f), y, weights(c), weights(c));
        }
        y = add(new Binary(Binary.Kind.ADD), add(new MatMul(), y, weights(c, 5)), weights(5));
        return add(new Transpose(List.of(0, 3, 1, 2)), y);
    }

    /** Squeeze and excitation. */
    private String squeezed(String x) {
        String mean = random.nextBoolean()
                ? add(new GlobalPool(Pool.Kind.AVERAGE), x)
                : add(new Reduce(Reduce.Kind.MEAN, List.of(2, 3), true), x);
        String gate =
                add(new Unary(Unary.Kind.SIGMOID), one(add(new Unary(Unary.Kind.RELU), one(mean, 3)), channels(x)));
        return add(new Binary(Binary.Kind.MUL), x, gate);
    }

    private String one(String x, int channels) {
        return add(new Conv(ONES, NONE, ONES, 1), x, weights(channels, channels(x), 1, 1), weights(channels));
    }

    private String split(String x) {
        String wide = conv(x, 5);
        g.add(new io.selvedge.compiler.ir.Node(
                g.fresh("split"), new Split(1), List.of(wide, integers(2, 3)), List.of(g.fresh("a"), g.fresh("b"))));
        List<String> parts = g.nodes().getLast().outputs();
        return add(new Concat(1), parts.get(1), parts.get(0), add(new Unary(Unary.Kind.TANH), parts.get(1)));
    }

    private String transposed(String x) {
        return add(
                new ConvTranspose(ONES, List.of(1, 1, 1, 1), ONES, List.of(0, 0), 1),
                x,
                weights(channels(x), 3, 3, 3),
                weights(3));
    }

    /** Through a flat matrix and back to a plane. */
    private String perceptron(String x) {
        int c = channels(x);
        String flat = add(new Flatten(1), x);
        String hidden = add(new Gemm(1, 1, false, true), flat, weights(6, c * 16L), weights(6));
        String y = add(new Gemm(0.5f, 1, false, false), add(new Unary(Unary.Kind.RELU), hidden), weights(6, 48));
        return add(new Reshape(false), y, integers(g.type(x).shape().extent(0), 3, 4, 4));
    }

    /** Channels of two groups interleaved. */
    private String shuffled(String x) {
        String wide = conv(x, 6);
        int n = g.type(x).shape().extent(0);
        String apart = add(new Reshape(false), wide, integers(n, 2, 3, 4, 4));
        String turned = add(new Transpose(List.of(0, 2, 1, 3, 4)), apart);
        return add(new Reshape(false), turned, integers(n, -1, 4, 4));
    }

    private String pooled(String x) {
        String padded = add(new Pad(Pad.Mode.CONSTANT), x, integers(0, 0, 1, 1, 0, 0, 1, 1));
        return add(
                new Pool(
                        random.nextBoolean() ? Pool.Kind.MAX : Pool.Kind.AVERAGE,
                        List.of(3, 3),
                        ONES,
                        NONE,
                        ONES,
                        false,
                        true),
                padded);
    }

    private String head(String x) {
        String flat = random.nextBoolean()
                ? add(new Flatten(1), x)
                : add(new Reduce(Reduce.Kind.MEAN, List.of(2, 3), false), x);
        String logits = add(
                new Gemm(1, 1, false, false), flat, weights(g.type(flat).shape().extent(1), 4), weights(4));
        return random.nextBoolean() ? add(new Softmax(1, false), logits) : logits;
    }
}
