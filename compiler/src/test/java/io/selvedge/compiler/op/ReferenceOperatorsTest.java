package io.selvedge.compiler.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.pass.EliminateCommonSubexpressions;
import io.selvedge.compiler.pass.FoldConstants;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operators that run in the reference evaluator only: narrow types, trees, random numbers, training, images. */
final class ReferenceOperatorsTest {
    private static Tensor scalar(DType dtype, double value) {
        return Tensor.filled(TensorType.of(dtype), _ -> value);
    }

    private static void refused(OpCase call, ErrorCode code, String... words) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContainingAll(words);
    }

    @Test
    void blocks_share_a_scale() {
        Tensor x = Tensor.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor scale = Tensor.floats(new float[] {1, 10, 2, 20}, 2, 2);
        Tensor zero = Tensor.integers(TensorType.of(DType.INT4, 2, 2), i -> i);
        Tensor q = OpCase.of("QuantizeLinear", "axis", 1L, "block_size", 2L)
                .input(x)
                .input(scale)
                .input(zero)
                .run();
        assertThat(q.dtype()).isEqualTo(DType.INT4);
        assertThat(q.toLongs()).containsExactly(1, 2, 1, 4, 4, 3);
        assertThat(OpCase.of("DequantizeLinear", "axis", 1L, "block_size", 2L)
                        .input(q)
                        .input(scale)
                        .input(zero)
                        .run()
                        .toFloats())
                .containsExactly(1, 2, 0, 4, 4, 0);
        refused(
                OpCase.of("QuantizeLinear", "axis", 1L, "block_size", 4L)
                        .input(x)
                        .input(scale)
                        .input(zero),
                ErrorCode.SHAPE_MISMATCH,
                "block_size=4");
        refused(
                OpCase.of("QuantizeLinear", "block_size", -1L)
                        .input(x)
                        .input(scale)
                        .input(zero),
                ErrorCode.BAD_ATTRIBUTE,
                "-1");
        refused(
                OpCase.of("QuantizeLinear").input(x).input(1).input(scalar(DType.INT32, 0)),
                ErrorCode.UNSUPPORTED_DTYPE,
                "4, 8 and 16 bits");
    }

    @Test
    void casts_to_narrow_types_saturate_or_wrap() {
        assertThat(OpCase.of("Cast", "to", 22L)
                        .input(-9.7f, -3.5f, 3.5f, 99)
                        .run()
                        .toLongs())
                .containsExactly(-8, -3, 3, 7);
        assertThat(OpCase.of("Cast", "to", 21L).constant(17, -1).run().toLongs())
                .containsExactly(1, 15);
        assertThat(OpCase.of("Cast", "to", 17L).input(1e9f).run().toFloats()).containsExactly(448);
        assertThat(OpCase.of("Cast", "to", 17L, "saturate", 0L)
                        .input(1e9f)
                        .run()
                        .toFloats())
                .containsExactly(Float.NaN);
    }

    @Test
    void label_encoders_take_the_default_for_the_unknown() {
        assertThat(OpCase.ofMl(
                                "LabelEncoder",
                                "keys_floats",
                                new float[] {0, Float.NaN},
                                "values_strings",
                                new String[] {"zero", "none"},
                                "default_string",
                                "?")
                        .input(-0f, Float.NaN, 1)
                        .run()
                        .toTexts())
                .containsExactly("zero", "none", "?");
        refused(
                OpCase.ofMl("LabelEncoder", "keys_int64s", new long[2], "values_int64s", new long[1])
                        .constant(1),
                ErrorCode.BAD_ATTRIBUTE,
                "as many keys as values");
        refused(
                OpCase.ofMl("LabelEncoder", "keys_int64s", new long[1], "values_int64s", new long[1])
                        .input(1),
                ErrorCode.DTYPE_MISMATCH,
                "keys' dtype");
        refused(
                OpCase.ofMl("LabelEncoder", "keys_int64s", new long[1]).constant(1),
                ErrorCode.BAD_ATTRIBUTE,
                "values_");
    }

    private static OpCase tree(long feature, long yes, long leafTarget) {
        return OpCase.ofMl(
                        "TreeEnsemble",
                        "nodes_featureids",
                        new long[] {feature},
                        "nodes_modes",
                        Tensor.integers(TensorType.of(DType.UINT8, 1), _ -> 0),
                        "nodes_splits",
                        Tensor.floats(new float[] {0.5f}, 1),
                        "nodes_truenodeids",
                        new long[] {yes},
                        "nodes_trueleafs",
                        new long[] {yes == 0 ? 1 : 0},
                        "nodes_falsenodeids",
                        new long[] {1},
                        "nodes_falseleafs",
                        new long[] {1},
                        "leaf_targetids",
                        new long[] {0, leafTarget},
                        "leaf_weights",
                        Tensor.floats(new float[] {10, 20}, 2),
                        "tree_roots",
                        new long[] {0})
                .input(Tensor.floats(new float[] {0, 1}, 2, 1));
    }

    @Test
    void trees_that_are_no_trees_are_refused() {
        assertThat(tree(0, 0, 0).run().toFloats()).containsExactly(10, 20);
        refused(tree(1, 0, 0), ErrorCode.BAD_ATTRIBUTE, "feature 1 of 1");
        refused(tree(0, 5, 0), ErrorCode.BAD_ATTRIBUTE, "node 5", "does not exist");
        refused(tree(0, 0, 3), ErrorCode.BAD_ATTRIBUTE, "targets [3] of 1");
        Forest.Branch itself = new Forest.Branch(0, Forest.Mode.BRANCH_LEQ, 0, java.util.Set.of(), false, 0, 0);
        Forest cyclic = new Forest(List.of(0), List.of(itself), List.of());
        assertThatThrownBy(() -> cyclic.scores(new double[] {0}, 1, Forest.Aggregate.SUM))
                .hasMessageContaining("cycle");
    }

    @Test
    void random_numbers_are_those_of_numpy_and_are_not_folded() {
        assertThat(OpCase.of("RandomUniform", "shape", new long[] {2}, "seed", 0f)
                        .run()
                        .toFloats())
                .containsExactly((float) 0.5488135039273248, (float) 0.7151893663724195);
        assertThat(OpCase.of("RandomNormal", "shape", new long[] {2}, "seed", 0f)
                        .run()
                        .toFloats())
                .containsExactly((float) 1.764052345967664, (float) 0.4001572083672233);
        Graph graph = OpCase.of("RandomNormal", "shape", new long[] {2}).graph(1);
        assertThat(new FoldConstants().run(graph)).isSameAs(graph);
        assertThat(new EliminateCommonSubexpressions().run(graph)).isSameAs(graph);
        Tensor drawn = OpCase.of("Multinomial", "sample_size", 500L, "seed", 3f)
                .input(Tensor.floats(new float[] {0, (float) Math.log(3), Float.NEGATIVE_INFINITY}, 1, 3))
                .run();
        long ones = java.util.Arrays.stream(drawn.toLongs()).filter(i -> i == 1).count();
        assertThat(ones / 500.0).isCloseTo(0.75, within(0.06));
        assertThat(drawn.toLongs()).doesNotContain(2);
        refused(OpCase.of("RandomUniform", "shape", new long[] {-1}), ErrorCode.BAD_ATTRIBUTE, "negative");
        refused(OpCase.of("Bernoulli", "dtype", 8L).input(1), ErrorCode.UNSUPPORTED_DTYPE, "type 8");
    }

    @Test
    void dropout_keeps_the_mean_and_refuses_to_drop_all() {
        Tensor ones = Tensor.filled(TensorType.of(DType.FLOAT32, 4000), _ -> 1);
        Tensor y = OpCase.of("Dropout", "seed", 1L)
                .input(ones)
                .input(scalar(DType.FLOAT32, 0.25))
                .input(scalar(DType.BOOL, 1))
                .run();
        assertThat(java.util.Arrays.stream(y.toDoubles()).average().orElseThrow())
                .isCloseTo(1, within(0.05));
        refused(
                OpCase.of("Dropout").input(ones).input(scalar(DType.FLOAT32, 1)).input(scalar(DType.BOOL, 1)),
                ErrorCode.BAD_DATA,
                "ratio is 1.0");
    }

    @Test
    void gradients_are_those_of_finite_differences() {
        GraphBuilder builder = new GraphBuilder("g");
        builder.input("a", TensorType.of(DType.FLOAT64, 2, 2));
        builder.input("b", TensorType.of(DType.FLOAT64, 2));
        String sum = builder.add("sum", new Binary(Binary.Kind.DIV), "a", "b");
        String y =
                builder.add("y", new Unary(Unary.Kind.TANH), builder.add("p", new Binary(Binary.Kind.MUL), sum, "a"));
        Attributes attributes = new Attributes(Attributes.map("xs", new String[] {"a", "b"}, "y", y));
        OpCall call = new OpCall("grad", "Gradient", 1, attributes, List.of("a", "b"), 2, builder);
        builder.add(new io.selvedge.compiler.ir.Node("grad", Gradient.read(call), call.inputs(), List.of("da")));
        builder.output("da");
        builder.output(call.computed(1).orElseThrow());
        builder.output(y);
        Graph graph = builder.build();
        double[] a = {0.3, -0.7, 0.2, 0.9};
        double[] b = {1.5, -2};
        List<Tensor> got = run(graph, a, b);
        for (int i = 0; i < 6; i++) {
            double[] values = i < 4 ? a : b;
            int at = i % 4;
            double before = values[at];
            values[at] = before + 1e-5;
            double above = total(run(graph, a, b).get(2));
            values[at] = before - 1e-5;
            double below = total(run(graph, a, b).get(2));
            values[at] = before;
            assertThat(got.get(i / 4).getDouble(at)).isCloseTo((above - below) / 2e-5, within(1e-6));
        }
        refused(
                OpCase.ofTraining("Gradient", "xs", new String[] {"other"}, "y", "x0")
                        .input(1),
                ErrorCode.UNSUPPORTED_OP,
                "[other]");
    }

    private static List<Tensor> run(Graph graph, double[] a, double[] b) {
        double[] x = a.clone();
        double[] z = b.clone();
        return List.copyOf(io.selvedge.compiler.ir.ReferenceEvaluator.run(
                        graph,
                        java.util.Map.of(
                                "a", Tensor.filled(TensorType.of(DType.FLOAT64, 2, 2), i -> x[i]),
                                "b", Tensor.filled(TensorType.of(DType.FLOAT64, 2), i -> z[i])))
                .values());
    }

    private static double total(Tensor tensor) {
        return java.util.Arrays.stream(tensor.toDoubles()).sum();
    }

    @Test
    void optimizers_need_a_gradient_and_a_state_for_every_tensor() {
        refused(
                OpCase.ofTraining("Adagrad")
                        .input(scalar(DType.FLOAT32, 1))
                        .constant(0)
                        .input(1)
                        .input(1),
                ErrorCode.SHAPE_MISMATCH,
                "3 inputs for each tensor");
        refused(
                OpCase.ofTraining("Momentum", "mode", "heavy").input(1),
                ErrorCode.BAD_ATTRIBUTE,
                "'heavy'",
                "nesterov");
    }

    private static Tensor file(byte[] bytes) {
        return Tensor.of(TensorType.of(DType.UINT8, bytes.length), bytes);
    }

    @Test
    void images_that_cannot_be_decoded_are_named() {
        byte[] grey = "P5 # comment\n2 1\n15\nAB".getBytes(StandardCharsets.ISO_8859_1);
        grey[grey.length - 2] = 0;
        grey[grey.length - 1] = 15;
        Tensor pixels = OpCase.of("ImageDecoder", "pixel_format", "Grayscale")
                .constant(file(grey))
                .run();
        assertThat(pixels.type()).isEqualTo(TensorType.of(DType.UINT8, 1, 2, 1));
        assertThat(pixels.toLongs()).containsExactly(0, 255);
        refused(
                OpCase.of("ImageDecoder").constant(file("P6 9 9 255 ".getBytes(StandardCharsets.ISO_8859_1))),
                ErrorCode.BAD_DATA,
                "truncated");
        refused(OpCase.of("ImageDecoder").constant(file(new byte[9])), ErrorCode.BAD_DATA, "known format");
        refused(
                OpCase.of("ImageDecoder").constant(file("RIFF    WEBPVP8 ".getBytes(StandardCharsets.ISO_8859_1))),
                ErrorCode.UNSUPPORTED_OP,
                "WebP");
        refused(OpCase.of("ImageDecoder", "pixel_format", "YUV").constant(file(grey)), ErrorCode.BAD_ATTRIBUTE, "YUV");
        refused(OpCase.of("ImageDecoder").constant(1, 2), ErrorCode.SHAPE_MISMATCH, "bytes of a file");
    }
}
