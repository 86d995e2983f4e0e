package io.selvedge.compiler.pass;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.ShapeOf;
import io.selvedge.compiler.op.Slice;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Unary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs drawn from operators that the passes rewrite: whatever they look like, their values stay. */
class RandomGraphsTest {
    private static final List<List<Integer>> PERMS =
            List.of(List.of(0, 2, 3, 1), List.of(0, 3, 1, 2), List.of(0, 1, 3, 2), List.of(3, 2, 1, 0));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void values_stay_through_both_pipelines(int block) {
        for (int seed = block * 1000; seed < block * 1000 + 100; seed++) {
            Graph before = new Drawing(new Random(seed)).graph();
            try {
                Graph simplified = Pipelines.simplify(before);
                Verifier.verify(simplified);
                PassCase.assertSameValues(before, simplified, 1e-4);
                for (Pass pass : Pipelines.SIMPLIFY) {
                    assertThat(pass.run(simplified)).as(pass.name()).isSameAs(simplified);
                }
                Graph fused = Pipelines.fuse(simplified);
                Verifier.verify(fused);
                PassCase.assertSameValues(before, fused, 1e-4);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ":\n" + String.join("\n", PassCase.text(before)), e);
            }
        }
    }

    /** One graph; values of rank 4 and a few of rank 2 or 3. */
    private static final class Drawing {
        private final Random random;
        private final GraphBuilder g = new GraphBuilder("random");
        private final List<String> values = new ArrayList<>();

        Drawing(Random random) {
            this.random = random;
        }

        Graph graph() {
            values.add(g.input("x", TensorType.of(DType.FLOAT32, 1 + random.nextInt(2), 3, 4, 1 + random.nextInt(5))));
            int nodes = 3 + random.nextInt(14);
            for (int i = 0; i < nodes; i++) {
                values.add(next(values.get(random.nextInt(values.size()))));
            }
            Collections.shuffle(values, random);
            values.stream()
                    .filter(value -> !value.equals("x"))
                    .limit(1 + random.nextInt(3))
                    .forEach(g::output);
            Graph graph = g.build();
            Verifier.verify(graph);
            return graph;
        }

        private String add(Op op, String... inputs) {
            return g.add("v", op, inputs);
        }

        private int extent(String x, int axis) {
            return g.type(x).shape().extent(axis);
        }

        private String next(String x) {
            int rank = g.type(x).shape().rank();
            return switch (random.nextInt(rank == 4 ? 14 : 7)) {
                case 0 -> add(new Unary(Unary.Kind.TANH), x);
                case 1 -> add(new Unary(Unary.Kind.RELU), x);
                case 2 -> add(new Identity(), x);
                case 3 -> binary(x, values.get(random.nextInt(values.size())));
                case 4 -> add(new Softmax(rank - 1, false), x);
                case 5 -> add(new Concat(rank - 1), x, x);
                case 6 -> binary(x, g.constant("k", PassCase.weights(last(x))));
                case 7, 8 -> add(new Transpose(PERMS.get(random.nextInt(PERMS.size()))), x);
                case 9 -> convolution(x);
                case 10 -> batchNorm(x);
                case 11 -> add(new Reduce(Reduce.Kind.MEAN, List.of(2, 3), random.nextBoolean()), x);
                case 12 -> reshaped(x);
                default -> slice(x);
            };
        }

        private long[] last(String x) {
            int axis = random.nextInt(g.type(x).shape().rank());
            long[] extents = new long[g.type(x).shape().rank() - axis];
            java.util.Arrays.fill(extents, 1);
            extents[0] = random.nextBoolean() ? extent(x, axis) : 1;
            return extents;
        }

        private String binary(String a, String b) {
            List<Binary.Kind> kinds = List.of(Binary.Kind.ADD, Binary.Kind.SUB, Binary.Kind.MUL);
            Binary op = new Binary(kinds.get(random.nextInt(3)));
            boolean fits = g.type(a).equals(g.type(b)) || b.startsWith("k");
            return !fits ? add(new Unary(Unary.Kind.TANH), a) : random.nextBoolean() ? add(op, a, b) : add(op, b, a);
        }

        private String convolution(String x) {
            int c = extent(x, 1);
            boolean depthwise = random.nextBoolean();
            String w = g.constant("w", depthwise ? PassCase.weights(c, 1, 1, 1) : PassCase.weights(3, c, 1, 1));
            List<Integer> ones = List.of(1, 1);
            return add(new Conv(ones, List.of(0, 0, 0, 0), ones, depthwise ? c : 1), x, w);
        }

        private String batchNorm(String x) {
            int c = extent(x, 1);
            TensorType type = TensorType.of(DType.FLOAT32, c);
            String[] parameters = IntStream.range(0, 4)
                    .mapToObj(i -> g.constant("p", Tensor.filled(type, k -> 0.5 + 0.1 * (i + k))))
                    .toArray(String[]::new);
            return add(new BatchNormalization(1e-5f), x, parameters[0], parameters[1], parameters[2], parameters[3]);
        }

        /** Through its own shape, and sometimes to another one. */
        private String reshaped(String x) {
            String shape = random.nextBoolean()
                    ? add(new ShapeOf(0, 4), x)
                    : g.constant("shape", Tensor.longs(new long[] {extent(x, 0), -1, extent(x, 1)}, 3));
            return add(new Reshape(false), x, shape);
        }

        private String slice(String x) {
            int axis = random.nextInt(4);
            String start = g.constant("start", Tensor.longs(new long[] {0}, 1));
            String end = g.constant("end", Tensor.longs(new long[] {1 + random.nextInt(extent(x, axis))}, 1));
            String axes = g.constant("axes", Tensor.longs(new long[] {axis}, 1));
            return add(new Slice(), x, start, end, axes);
        }
    }
}
