package io.selvedge.train.fit;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** A task that is learned in seconds: which way the stripes of an image of 8x8 run, under noise. */
final class SmallTask {
    static final int CLASSES = 4;
    private static final int SIDE = 8;

    private SmallTask() {}

    static Dataset stripes(int count, long seed) {
        return new Stripes(count, seed, true);
    }

    static Dataset unlabelled(int count, long seed) {
        return new Stripes(count, seed, false);
    }

    private record Stripes(int size, long seed, boolean labelled) implements Dataset {
        @Override
        public Sample get(int index) {
            SplittableRandom random = new SplittableRandom(seed * 7919 + index);
            int label = random.nextInt(CLASSES);
            double phase = random.nextDouble() * 2 * Math.PI;
            double angle = label * Math.PI / CLASSES;
            float[] x = new float[SIDE * SIDE];
            for (int i = 0; i < x.length; i++) {
                double along = Math.cos(angle) * (i % SIDE) + Math.sin(angle) * Math.floorDiv(i, SIDE);
                x[i] = (float) (Math.sin(2 * along + phase) + 0.3 * random.nextGaussian());
            }
            OptionalInt known = labelled ? OptionalInt.of(label) : OptionalInt.empty();
            return new Sample("stripes[" + index + "]", Map.of("x", x), known, Optional.empty());
        }

        @Override
        public Map<String, TensorType> inputs() {
            return Map.of("x", TensorType.of(DType.FLOAT32, 1, 1, SIDE, SIDE));
        }
    }

    /** Two convolutions and a dense layer, weights at random. */
    static Graph net(int channels, long seed, boolean normalized, boolean softmax) {
        SplittableRandom random = new SplittableRandom(seed);
        GraphBuilder g = new GraphBuilder("stripes");
        String x = g.input("x", TensorType.of(DType.FLOAT32, 1, 1, SIDE, SIDE));
        String y = x;
        for (int layer = 0; layer < 2; layer++) {
            int in = layer == 0 ? 1 : channels;
            String w = g.namedConstant("w" + layer, random(random, Math.sqrt(2.0 / (9 * in)), channels, in, 3, 3));
            String b = g.namedConstant("b" + layer, random(random, 0.01, channels));
            y = g.add("conv" + layer, new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), 1), y, w, b);
            if (normalized) {
                String one = g.namedConstant("one" + layer, filled(1, channels));
                String zero = g.namedConstant("zero" + layer, filled(0, channels));
                String mean = g.namedConstant("mean" + layer, filled(0, channels));
                String variance = g.namedConstant("variance" + layer, filled(1, channels));
                y = g.add("norm" + layer, new BatchNormalization(1e-5f), y, one, zero, mean, variance);
            }
            y = g.add("relu" + layer, new Unary(Unary.Kind.RELU), y);
        }
        y = g.add("pool", new GlobalPool(Pool.Kind.AVERAGE), y);
        y = g.add("flat", new Reshape(false), y, g.namedConstant("shape", Tensor.longs(new long[] {1, channels}, 2)));
        String w = g.namedConstant("dense", random(random, Math.sqrt(1.0 / channels), CLASSES, channels));
        y = g.add("scores", new Gemm(1, 1, false, true), y, w, g.namedConstant("bias", filled(0, CLASSES)));
        g.output(softmax ? g.add("probabilities", new Softmax(-1, false), y) : y);
        return g.build();
    }

    private static Tensor random(SplittableRandom random, double deviation, long... extents) {
        return Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ -> deviation * random.nextGaussian());
    }

    private static Tensor filled(double value, long... extents) {
        return Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ -> value);
    }

    /** Share of samples that a graph names rightly, by the reference evaluator. */
    static double accuracy(Graph graph, Dataset data) {
        int right = 0;
        for (int i = 0; i < data.size(); i++) {
            Sample sample = data.get(i);
            Tensor x = Tensor.floats(sample.inputs().values().iterator().next(), 1, 1, SIDE, SIDE);
            float[] scores = io.selvedge.compiler.ir.ReferenceEvaluator.run(graph, Map.of("x", x))
                    .values()
                    .iterator()
                    .next()
                    .toFloats();
            int best = 0;
            for (int c = 1; c < scores.length; c++) {
                best = scores[c] > scores[best] ? c : best;
            }
            right += best == sample.label().orElseThrow() ? 1 : 0;
        }
        return (double) right / data.size();
    }
}
