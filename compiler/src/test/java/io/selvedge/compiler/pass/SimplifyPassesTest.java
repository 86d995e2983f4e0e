package io.selvedge.compiler.pass;

import static io.selvedge.compiler.pass.PassCase.after;
import static io.selvedge.compiler.pass.PassCase.graph;
import static io.selvedge.compiler.pass.PassCase.weights;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.op.Clip;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.ConstantOfShape;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.Gather;
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.QuantizeLinear;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.ShapeOf;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.op.Unsqueeze;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The passes that are small enough to share a file. */
class SimplifyPassesTest {
    private static final Unary RELU = new Unary(Unary.Kind.RELU);
    private static final TensorType X = TensorType.of(DType.FLOAT32, 2, 3, 4, 5);

    private static Tensor longs(long... values) {
        return Tensor.longs(values, values.length);
    }

    @Test
    void dead_nodes_and_constants_go() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.constant("k", weights(5));
            g.constant("unused", weights(5));
            g.add("dead", new Binary(Binary.Kind.ADD), "x", "k");
            g.add("y", RELU, "x");
            g.output("y");
        });
        Graph after = new EliminateDeadNodes().run(before);
        assertThat(PassCase.text(after)).containsExactly("y = Relu(x)");
        assertThat(after.constants()).isEmpty();
        assertThat(after.types()).containsOnlyKeys("x", "y");
        assertThat(new EliminateDeadNodes().run(after)).isSameAs(after);
    }

    @Test
    void absent_inputs_do_not_keep_nodes_with_absent_outputs() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.constant("most", Tensor.floats(new float[] {1}));
            List<Integer> ones = List.of(1, 1);
            Pool pool = new Pool(Pool.Kind.MAX, ones, ones, List.of(0, 0, 0, 0), ones, false, false);
            g.add(new Node("dead", pool, List.of("x"), List.of("dead", "")));
            g.add(new Node("y", new Clip(), List.of("x", "", "most"), List.of("y")));
            g.output("y");
        });
        assertThat(new EliminateDeadNodes().run(before).nodes()).hasSize(1);
    }

    @Test
    void identities_of_every_kind_go_and_the_output_keeps_its_name() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.constant("pads", longs(0, 0, 0, 0, 0, 0, 0, 0));
            g.constant("one", Tensor.floats(new float[] {1}));
            g.constant("zero", Tensor.floats(new float[] {0}));
            g.constant("shape", longs(2, 3, -1, 5));
            g.add("r", RELU, "x");
            g.add("a", new Identity(), "r");
            g.add("b", new Cast(DType.FLOAT32), "a");
            g.add("c", new Pad(Pad.Mode.CONSTANT), "b", "pads");
            g.add("d", new Concat(2), "c");
            g.add("e", new Transpose(List.of(0, 1, 2, 3)), "d");
            g.add("f", new Reshape(false), "e", "shape");
            g.add("h", new Binary(Binary.Kind.MUL), "f", "one");
            g.add("y", new Binary(Binary.Kind.SUB), "h", "zero");
            g.output("y");
        });
        assertThat(after(new EliminateIdentity(), before)).containsExactly("y = Relu(x)");
    }

    @Test
    void identity_between_an_input_and_an_output_stays() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.add("y", new Identity(), "x");
            g.output("y");
        });
        assertThat(new EliminateIdentity().run(before)).isSameAs(before);
    }

    @Test
    void shape_arithmetic_folds_into_one_reshape() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.constant("zero", Tensor.longs(new long[] {0}));
            g.constant("axes", longs(0));
            g.constant("rest", longs(-1));
            g.add("s", new ShapeOf(0, 4), "x");
            g.add("n", new Gather(0), "s", "zero");
            g.add("u", new Unsqueeze(), "n", "axes");
            g.add("c", new Concat(0), "u", "rest");
            g.add("y", new Reshape(false), "x", "c");
            g.output("y");
        });
        Graph after = new FoldConstants().run(before);
        assertThat(PassCase.text(after)).containsExactly("y = Reshape(x, c)");
        assertThat(after.constant("c").orElseThrow().toLongs()).containsExactly(2, -1);
    }

    @Test
    void dequantised_weights_stay_and_float_weights_become_integers() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 1, 3, 4, 4));
            g.constant("w", weights(2, 3, 1, 1));
            g.constant("scale", Tensor.floats(new float[] {0.02f}));
            g.constant("zero", Tensor.filled(TensorType.of(DType.INT8), _ -> 0));
            g.add("q", new QuantizeLinear(1), "w", "scale", "zero");
            g.add("d", new DequantizeLinear(1), "q", "scale", "zero");
            g.add("y", new Conv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), 1), "x", "d");
            g.output("y");
        });
        Graph after = new FoldConstants().run(before);
        assertThat(after.nodes()).extracting(node -> node.op().type()).containsExactly("DequantizeLinear", "Conv");
        assertThat(after.constant("q").orElseThrow().dtype()).isEqualTo(DType.INT8);
        assertThat(FoldConstants.withDequantized().run(after).nodes()).hasSize(1);
    }

    @Test
    void large_results_of_small_inputs_are_not_folded() {
        Graph before = graph(g -> {
            g.constant("shape", longs(1 << 12, 1 << 12));
            g.add("y", new ConstantOfShape(Tensor.floats(new float[] {1}, 1)), "shape");
            g.output("y");
        });
        assertThat(new FoldConstants().run(before)).isSameAs(before);
    }

    @Test
    void equal_nodes_and_constants_are_kept_once() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.constant("a", weights(5));
            g.constant("b", weights(5));
            g.add("p", new Binary(Binary.Kind.ADD), "x", "a");
            g.add("q", new Binary(Binary.Kind.ADD), "x", "b");
            g.add("rp", RELU, "p");
            g.add("rq", RELU, "q");
            g.add("y", new Binary(Binary.Kind.MUL), "rp", "rq");
            g.output("y");
        });
        assertThat(after(new EliminateCommonSubexpressions(), before))
                .containsExactly("p = Add(x, a)", "rp = Relu(p)", "y = Mul(rp, rp)");
    }

    @Test
    void two_outputs_that_are_equal_stay_two() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.add("y", RELU, "x");
            g.add("z", RELU, "x");
            g.output("y");
            g.output("z");
        });
        assertThat(new EliminateCommonSubexpressions().run(before)).isSameAs(before);
    }

    @Test
    void reshapes_of_every_kind_merge() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.constant("axes", longs(0));
            g.constant("shape", longs(0, 4, -1));
            g.add("a", new Unsqueeze(), "x", "axes");
            g.add("b", new Flatten(2), "a");
            g.add("y", new Reshape(false), "b", "shape");
            g.output("y");
        });
        assertThat(after(new CanonicalizeReshape(), before)).containsExactly("y = Reshape(x, y.shape)");
    }

    @Test
    void spatial_mean_is_global_average_pooling() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.add("m", new Reduce(Reduce.Kind.MEAN, List.of(2, 3), false), "x");
            g.output("m");
            g.add(
                    "p",
                    new Pool(
                            Pool.Kind.AVERAGE,
                            List.of(4, 5),
                            List.of(1, 1),
                            List.of(0, 0, 0, 0),
                            List.of(1, 1),
                            false,
                            false),
                    "x");
            g.output("p");
            g.add("n", new Reduce(Reduce.Kind.MEAN, List.of(1, 2), true), "x");
            g.output("n");
        });
        assertThat(after(new CanonicalizeGlobalPool(), before))
                .containsExactly(
                        "m.kept = GlobalAveragePool(x)",
                        "m = Reshape(m.kept, m.shape)",
                        "p = GlobalAveragePool(x)",
                        "n = ReduceMean[axes=[1, 2] keepdims=1](x)");
    }

    @Test
    void hard_swish_written_out_becomes_one_operator() {
        Graph before = graph(g -> {
            g.input("x", X);
            g.constant("three", Tensor.floats(new float[] {3}));
            g.constant("six", Tensor.floats(new float[] {6}));
            g.constant("zero", Tensor.floats(new float[] {0}));
            g.add("a", new Binary(Binary.Kind.ADD), "x", "three");
            g.add("c", new Clip(), "a", "zero", "six");
            g.add("m", new Binary(Binary.Kind.MUL), "c", "x");
            g.add("y", new Binary(Binary.Kind.DIV), "m", "six");
            g.output("y");
        });
        assertThat(after(new CanonicalizeHardSwish(), before)).containsExactly("y = HardSwish(x)");
    }

    @Test
    void zero_pads_join_the_convolution_and_others_do_not() {
        for (boolean zero : List.of(true, false)) {
            Graph before = graph(g -> {
                g.input("x", X);
                g.constant("w", weights(2, 3, 3, 3));
                g.constant("pads", longs(0, 0, 1, 0, 0, 0, 2, 1));
                g.constant("value", Tensor.floats(new float[] {zero ? 0 : 1}));
                g.add("p", new Pad(Pad.Mode.CONSTANT), "x", "pads", "value");
                g.add("y", new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), 1), "p", "w");
                g.output("y");
            });
            List<String> text = after(new FusePadIntoConv(), before);
            assertThat(text).hasSize(zero ? 1 : 2);
            assertThat(text.getLast()).contains(zero ? "pads=[2, 1, 3, 2]" : "pads=[1, 1, 1, 1]");
        }
    }

    @Test
    void pads_of_integers_join_the_convolution_where_they_stand_for_zero() {
        for (int value : List.of(-7, 0)) {
            Graph before = graph(g -> {
                g.input("x", TensorType.of(DType.INT8, 1, 3, 4, 5));
                g.constant("w", weights(2, 3, 3, 3));
                g.constant("pads", longs(0, 0, 1, 0, 0, 0, 2, 1));
                g.constant("value", Tensor.integers(TensorType.of(DType.INT8), _ -> value));
                g.constant("scale", Tensor.floats(new float[] {0.5f}));
                g.constant("zero", Tensor.integers(TensorType.of(DType.INT8), _ -> -7));
                g.add("p", new Pad(Pad.Mode.CONSTANT), "x", "pads", "value");
                g.add("d", new DequantizeLinear(1), "p", "scale", "zero");
                g.add("y", new Conv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), 1), "d", "w");
                g.output("y");
            });
            List<String> text = after(new FusePadIntoConv(), before);
            assertThat(text).hasSize(value == -7 ? 2 : 3);
            assertThat(text.getLast()).contains(value == -7 ? "pads=[1, 0, 2, 1]" : "pads=[0, 0, 0, 0]");
        }
    }

    @Test
    void transposed_quantised_weights_stay_quantised() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 1, 3, 4, 4));
            g.constant("w", Tensor.filled(TensorType.of(DType.INT8, 2, 1, 1, 3), i -> i - 3));
            g.constant("scale", Tensor.floats(new float[] {0.02f, 0.03f}, 2));
            g.constant("zero", Tensor.filled(TensorType.of(DType.INT8, 2), _ -> 0));
            g.add("d", new DequantizeLinear(0), "w", "scale", "zero");
            g.add("t", new Transpose(List.of(0, 3, 1, 2)), "d");
            g.add("y", new Conv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), 1), "x", "t");
            g.output("y");
        });
        assertThat(after(new HoistDequantize(), before))
                .first()
                .isEqualTo("t = DequantizeLinear[axis=0](w_1, scale, zero)");
    }

    @Test
    void transposed_quantised_value_is_turned_as_integers_and_its_channels_follow() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.INT8, 1, 4, 4, 3));
            g.constant("scale", Tensor.floats(new float[] {0.02f, 0.03f, 0.04f}, 3));
            g.constant("zero", Tensor.filled(TensorType.of(DType.INT8, 3), i -> i));
            g.constant("w", weights(2, 3, 1, 1));
            g.add("d", new DequantizeLinear(3), "x", "scale", "zero");
            g.add("t", new Transpose(List.of(0, 3, 1, 2)), "d");
            g.add("y", new Conv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), 1), "t", "w");
            g.output("y");
        });
        assertThat(after(new HoistDequantize(), before))
                .startsWith(
                        "x.turned = Transpose[perm=[0, 3, 1, 2]](x)",
                        "t = DequantizeLinear[axis=1](x.turned, scale, zero)");
        Graph settled = Pipelines.simplify(before);
        assertThat(PassCase.text(settled).getFirst()).isEqualTo("x.turned = Transpose[perm=[0, 3, 1, 2]](x)");
        assertThat(Pipelines.simplify(settled)).isSameAs(settled);
    }
}
