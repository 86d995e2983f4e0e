package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Unary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A residual network of three blocks, the second one projected, and data for it. */
final class SmallNets {
    private static final List<Integer> ONES = List.of(1, 1);

    private SmallNets() {}

    static Graph residual(int channels) {
        Random random = new Random(7);
        GraphBuilder g = new GraphBuilder("residual");
        String x = relu(
                g,
                "stem",
                conv(g, random, "stem", g.input("x", TensorType.of(DType.FLOAT32, 1, 3, 6, 6)), channels, 3));
        x = block(g, random, "a", x, channels);
        x = block(g, random, "b", x, 2 * channels);
        x = block(g, random, "c", x, 2 * channels);
        String flat = g.add("flat", new Flatten(1), g.add("pool", new GlobalPool(Pool.Kind.AVERAGE), x));
        g.output(g.add(
                "logits",
                new Gemm(1, 1, false, true),
                flat,
                weights(g, random, "logits_w", 5, 2L * channels),
                weights(g, random, "logits_b", 5)));
        return g.build();
    }

    private static String block(GraphBuilder g, Random random, String name, String x, int channels) {
        boolean projects = g.type(x).shape().extent(1) != channels;
        String inner = relu(g, name, conv(g, random, name + "_1", x, channels, 3));
        String branch = conv(g, random, name + "_2", inner, channels, 3);
        String skip = projects ? conv(g, random, name + "_skip", x, channels, 1) : x;
        return relu(g, name + "_out", g.add(name + "_sum", new Binary(Binary.Kind.ADD), skip, branch));
    }

    private static String relu(GraphBuilder g, String name, String x) {
        return g.add(name + "_relu", new Unary(Unary.Kind.RELU), x);
    }

    private static String conv(GraphBuilder g, Random random, String name, String x, int channels, int kernel) {
        int in = g.type(x).shape().extent(1);
        int pad = kernel / 2;
        return g.add(
                name,
                new Conv(ONES, List.of(pad, pad, pad, pad), ONES, 1),
                x,
                weights(g, random, name + "_w", channels, in, kernel, kernel),
                weights(g, random, name + "_b", channels));
    }

    private static String weights(GraphBuilder g, Random random, String name, long... extents) {
        double deviation = 1
                / Math.sqrt(
                        extents.length == 1
                                ? 100
                                : (double) (extents[1] * (extents.length == 4 ? extents[2] * extents[3] : 1)));
        return g.constant(name, Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ ->
                (float) (random.nextGaussian() * deviation)));
    }

    static List<Map<String, Tensor>> samples(Graph graph, int count) {
        Random random = new Random(11);
        List<Map<String, Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, Tensor> sample = new LinkedHashMap<>();
            graph.inputs()
                    .forEach(name ->
                            sample.put(name, Tensor.filled(graph.type(name), _ -> (float) random.nextGaussian())));
            samples.add(sample);
        }
        return samples;
    }
}
