package io.selvedge.compiler.pass;

import static io.selvedge.compiler.pass.PassCase.after;
import static io.selvedge.compiler.pass.PassCase.graph;
import static io.selvedge.compiler.pass.PassCase.weights;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Slice;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Unary;
import java.util.List;
import org.junit.jupiter.api.Test;

class EliminateTransposesTest {
    private static final Transpose TO_NCHW = new Transpose(List.of(0, 3, 1, 2));
    private static final Transpose TO_NHWC = new Transpose(List.of(0, 2, 3, 1));
    private static final Unary RELU = new Unary(Unary.Kind.RELU);
    private static final Binary ADD = new Binary(Binary.Kind.ADD);

    private static String conv(GraphBuilder g, String x, String y) {
        g.constant(y + ".w", weights(4, 4, 3, 3));
        g.add(y + ".in", TO_NCHW, x);
        g.add(y + ".conv", new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), 1), y + ".in", y + ".w");
        return g.add(y, TO_NHWC, y + ".conv");
    }

    private static Graph channelsLast(java.util.function.Consumer<GraphBuilder> content) {
        return graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 5, 6, 4));
            content.accept(g);
            g.output("y");
        });
    }

    @Test
    void residual_block_in_channels_last_keeps_one_transpose_at_each_end() {
        Graph before = channelsLast(g -> {
            conv(g, "x", "a");
            g.add("ra", RELU, "a");
            conv(g, "ra", "b");
            g.constant("k", weights(4));
            g.add("kb", ADD, "b", "k");
            g.add("s", ADD, "ra", "kb");
            g.add("rs", RELU, "s");
            conv(g, "rs", "y");
        });
        List<String> text = after(new EliminateTransposes(), before);
        assertThat(text).filteredOn(line -> line.contains("Transpose")).hasSize(2);
        assertThat(text.getFirst()).isEqualTo("a.in = Transpose[perm=[0, 3, 1, 2]](x)");
        assertThat(text.getLast()).startsWith("y = Transpose");
    }

    @Test
    void inverse_pair_goes_and_a_chain_merges() {
        Graph before = channelsLast(g -> {
            g.add("a", TO_NCHW, "x");
            g.add("b", TO_NHWC, "a");
            g.add("r", RELU, "b");
            g.add("c", TO_NCHW, "r");
            g.add("y", TO_NCHW, "c");
        });
        assertThat(after(new EliminateTransposes(), before))
                .containsExactly("r = Relu(x)", "y = Transpose[perm=[0, 2, 3, 1]](r)");
    }

    @Test
    void axes_of_concat_softmax_reduce_slice_and_pad_follow() {
        Graph before = channelsLast(g -> {
            g.add("t", TO_NCHW, "x");
            g.add("cat", new Concat(1), "t", "t");
            g.add("soft", new Softmax(2, false), "cat");
            g.constant("pads", Tensor.longs(new long[] {0, 1, 0, 2, 0, 0, 3, 0}, 8));
            g.add("pad", new Pad(Pad.Mode.CONSTANT), "soft", "pads");
            g.constant("starts", Tensor.longs(new long[] {1, 6}, 2));
            g.constant("ends", Tensor.longs(new long[] {5, 0}, 2));
            g.constant("axes", Tensor.longs(new long[] {1, -1}, 2));
            g.constant("steps", Tensor.longs(new long[] {2, -2}, 2));
            g.add("slice", new Slice(), "pad", "starts", "ends", "axes", "steps");
            g.add("back", TO_NHWC, "slice");
            g.add("y", new Reduce(Reduce.Kind.MEAN, List.of(1, 2), false), "back");
        });
        assertThat(after(new EliminateTransposes(), before)).noneMatch(line -> line.contains("Transpose"));
    }

    @Test
    void reduction_that_drops_axes_transposes_what_is_left() {
        Graph before = channelsLast(g -> {
            g.add("t", new Transpose(List.of(3, 2, 1, 0)), "x");
            g.add("y", new Reduce(Reduce.Kind.MAX, List.of(1), false), "t");
        });
        assertThat(after(new EliminateTransposes(), before))
                .containsExactly(
                        "y.untransposed = ReduceMax[axes=[2] keepdims=0](x)",
                        "y = Transpose[perm=[2, 1, 0]](y.untransposed)");
    }

    @Test
    void transpose_of_axes_of_extent_one_is_a_reshape() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 1, 7, 5, 1));
            g.add("y", TO_NCHW, "x");
            g.output("y");
        });
        assertThat(after(new EliminateTransposes(), before)).containsExactly("y = Reshape(x, y.shape)");
    }

    @Test
    void lone_transpose_in_front_of_an_element_wise_node_stays_where_it_is() {
        Graph before = channelsLast(g -> {
            g.add("t", TO_NCHW, "x");
            g.add("y", RELU, "t");
        });
        assertThat(new EliminateTransposes().run(before)).isSameAs(before);
    }

    @Test
    void quantised_values_pass() {
        Graph before = channelsLast(g -> {
            g.constant("scale", Tensor.floats(new float[] {0.1f, 0.2f, 0.3f, 0.4f}, 4));
            g.constant("zero", Tensor.filled(TensorType.of(DType.INT8, 4), i -> i));
            g.add("t", TO_NCHW, "x");
            g.add("q", new io.selvedge.compiler.op.QuantizeLinear(1), "t", "scale", "zero");
            g.add("d", new io.selvedge.compiler.op.DequantizeLinear(1), "q", "scale", "zero");
            g.add("y", TO_NHWC, "d");
        });
        assertThat(after(new EliminateTransposes(), before))
                .containsExactly(
                        "q.untransposed = QuantizeLinear[axis=3](x, scale, zero)",
                        "y = DequantizeLinear[axis=3](q.untransposed, scale, zero)");
    }
}
