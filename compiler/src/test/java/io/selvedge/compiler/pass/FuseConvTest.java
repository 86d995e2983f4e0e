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
import io.selvedge.compiler.op.Activation;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Clip;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.Unary;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FuseConvTest {
    private static final Unary RELU = new Unary(Unary.Kind.RELU);
    private static final Binary ADD = new Binary(Binary.Kind.ADD);

    private static Graph of(Consumer<GraphBuilder> content) {
        return graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 4, 5, 6));
            content.accept(g);
            g.output("y");
        });
    }

    private static void conv(GraphBuilder g, String x, String y) {
        g.constant(y + ".w", weights(4, 4, 3, 3));
        g.add(y, new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), 1), x, y + ".w");
    }

    private static List<String> epilogues(List<String> text) {
        return text.stream()
                .map(line -> line.replaceAll(".*epilogue=([^ \\]]*).*", "$1"))
                .toList();
    }

    @Test
    void activation_joins_the_convolution() {
        Graph before = of(g -> {
            conv(g, "x", "c");
            g.constant("lo", Tensor.floats(new float[] {0}));
            g.constant("hi", Tensor.floats(new float[] {6}));
            g.add("y", new Clip(), "c", "lo", "hi");
        });
        assertThat(after(new FuseConv(), before))
                .containsExactly(
                        "y = FusedConv[dilations=[1, 1] epilogue=min(max($0,0.0),6.0) group=1 pads=[1, 1, 1, 1] "
                                + "strides=[1, 1]](x, c.w)");
    }

    @Test
    void of_two_convolutions_that_are_added_the_later_one_takes_the_sum() {
        Graph before = of(g -> {
            conv(g, "x", "a");
            conv(g, "x", "b");
            g.add("s", ADD, "b", "a");
            g.add("y", RELU, "s");
        });
        List<String> text = after(new FuseConv(), before);
        assertThat(epilogues(text)).containsExactly("$0", "max(add($0,$1),0.0)");
        assertThat(text.getLast()).endsWith("(x, b.w, , a)");
    }

    @Test
    void value_that_others_read_ends_the_epilogue() {
        Graph before = of(g -> {
            conv(g, "x", "a");
            g.add("r", RELU, "a");
            conv(g, "r", "b");
            g.add("y", ADD, "r", "b");
        });
        assertThat(epilogues(after(new FuseConv(), before))).containsExactly("max($0,0.0)", "add($1,$0)");
    }

    @Test
    void result_that_is_read_twice_inside_is_no_obstacle() {
        Graph before = of(g -> {
            conv(g, "x", "a");
            g.add("gate", new Activation(Activation.Kind.HARD_SIGMOID, 0.25f, 0.5f), "a");
            g.add("y", new Binary(Binary.Kind.MUL), "a", "gate");
        });
        assertThat(epilogues(after(new FuseConv(), before)))
                .containsExactly("mul($0,min(max(add(mul(0.25,$0),0.5),0.0),1.0))");
    }

    @Test
    void second_residual_and_broadcast_operand_stay_outside() {
        Graph before = of(g -> {
            conv(g, "x", "a");
            g.add("s", ADD, "a", "x");
            g.add("u", new Unary(Unary.Kind.TANH), "x");
            g.add("t", ADD, "s", "u");
            g.constant("k", weights(4, 1, 1));
            g.add("y", new Binary(Binary.Kind.MUL), "t", "k");
        });
        List<String> text = after(new FuseConv(), before);
        assertThat(text).hasSize(4);
        assertThat(epilogues(text)).contains("add($0,$1)");
    }

    @Test
    void residual_that_depends_on_the_convolution_is_none() {
        Graph before = of(g -> {
            conv(g, "x", "a");
            conv(g, "a", "b");
            g.add("y", ADD, "a", "b");
        });
        assertThat(epilogues(after(new FuseConv(), before))).containsExactly("$0", "add($1,$0)");
    }

    @Test
    void graph_output_inside_ends_the_epilogue() {
        Graph before = of(g -> {
            conv(g, "x", "a");
            g.output("a");
            g.add("y", RELU, "a");
        });
        assertThat(after(new FuseConv(), before)).hasSize(2).last().isEqualTo("y = Relu(a)");
    }

    @Test
    void gemm_is_normalised() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 5, 3));
            g.constant("w", weights(5, 7));
            g.constant("b", weights(1, 7));
            g.add("m", new Gemm(0.5f, 2, true, false), "x", "w", "b");
            g.add("y", new Unary(Unary.Kind.SIGMOID), "m");
            g.output("y");
        });
        assertThat(after(new FuseConv(), before))
                .containsExactly(
                        "x.transposed = Transpose[perm=[1, 0]](x)",
                        "y = FusedGemm[epilogue=sigmoid($0)](x.transposed, w.rows, b.vector)");
    }

    @Test
    void convolution_with_computed_weights_stays() {
        Graph before = of(g -> {
            g.input("w", TensorType.of(DType.FLOAT32, 4, 4, 1, 1));
            g.add("y", new Conv(List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), 1), "x", "w");
        });
        assertThat(new FuseConv().run(before)).isSameAs(before);
    }
}
