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
import io.selvedge.compiler.op.Gelu;
import io.selvedge.compiler.op.Unary;
import io.selvedge.compiler.op.Variadic;
import io.selvedge.compiler.op.Where;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FuseElementWiseTest {
    private static final Binary ADD = new Binary(Binary.Kind.ADD);
    private static final Binary MUL = new Binary(Binary.Kind.MUL);
    private static final Unary TANH = new Unary(Unary.Kind.TANH);

    private static Graph of(Consumer<GraphBuilder> content) {
        return graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 3, 4));
            content.accept(g);
            g.output("y");
        });
    }

    @Test
    void tree_with_broadcast_operands_becomes_one_expression() {
        Graph before = of(g -> {
            g.constant("k", weights(3, 1));
            g.constant("two", Tensor.floats(new float[] {2}));
            g.add("a", MUL, "x", "k");
            g.add("b", ADD, "a", "two");
            g.add("t", TANH, "x");
            g.add("y", new Binary(Binary.Kind.SUB), "b", "t");
        });
        assertThat(after(new FuseElementWise(), before))
                .containsExactly("y = FusedMap[expr=sub(add(mul($0,$1),2.0),tanh($0)) to=1](x, k)");
    }

    @Test
    void value_that_others_read_is_computed_once() {
        Graph before = of(g -> {
            g.add("t", TANH, "x");
            g.output("t");
            g.add("y", ADD, "t", "x");
        });
        assertThat(after(new FuseElementWise(), before))
                .containsExactly("t = FusedMap[expr=tanh($0) to=1](x)", "y = FusedMap[expr=add($0,$1) to=1](t, x)");
    }

    @Test
    void smaller_value_is_not_recomputed_for_every_element() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 3, 4));
            g.input("s", TensorType.of(DType.FLOAT32, 2, 3, 1));
            g.add("t", TANH, "s");
            g.add("y", MUL, "x", "t");
            g.output("y");
        });
        assertThat(after(new FuseElementWise(), before)).hasSize(2);
    }

    @Test
    void comparison_and_selection_join() {
        Graph before = of(g -> {
            g.constant("zero", Tensor.floats(new float[] {0}));
            g.add("n", new Binary(Binary.Kind.LESS), "x", "zero");
            g.add("t", TANH, "x");
            g.add("y", new Where(), "n", "t", "x");
        });
        assertThat(after(new FuseElementWise(), before))
                .containsExactly("y = FusedMap[expr=select(less($0,0.0),tanh($0),$0) to=1](x)");
    }

    @Test
    void long_chains_are_cut() {
        Graph before = of(g -> {
            String value = "x";
            for (int i = 0; i < 60; i++) {
                value = g.add("a" + i, i % 2 == 0 ? TANH : new Unary(Unary.Kind.SIGMOID), value);
            }
            g.add("y", TANH, value);
        });
        assertThat(after(new FuseElementWise(), before)).hasSize(3);
    }

    @Test
    void expressions_that_would_double_again_and_again_are_cut() {
        Graph before = of(g -> {
            String value = "x";
            for (int i = 0; i < 20; i++) {
                value = g.add("a" + i, ADD, value, value);
            }
            g.add("y", TANH, value);
        });
        assertThat(after(new FuseElementWise(), before)).hasSizeBetween(2, 8);
    }

    @Test
    void integers_stay_exact_in_their_own_operators() {
        Graph before = graph(g -> {
            g.input("i", TensorType.of(DType.INT64, 3));
            g.add("y", ADD, "i", "i");
            g.output("y");
        });
        assertThat(new FuseElementWise().run(before)).isSameAs(before);
    }

    @ParameterizedTest
    @EnumSource(
            value = Unary.Kind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NOT", "LOG", "SQRT", "ASIN", "ACOS", "ACOSH", "ATANH"})
    void every_function_of_one_value_is_the_same_as_an_expression(Unary.Kind kind) {
        assertThat(after(new FuseElementWise(), of(g -> g.add("y", new Unary(kind), "x"))))
                .hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Activation.Kind.class)
    void every_activation_is_the_same_as_an_expression(Activation.Kind kind) {
        assertThat(after(new FuseElementWise(), of(g -> g.add("y", new Activation(kind, 0.3f, 0.6f), "x"))))
                .hasSize(1);
    }

    @Test
    void gelu_and_folds_of_many_are_the_same_as_expressions() {
        for (boolean tanh : List.of(true, false)) {
            assertThat(after(new FuseElementWise(), of(g -> g.add("y", new Gelu(tanh), "x"))))
                    .hasSize(1);
        }
        for (Variadic.Kind kind : Variadic.Kind.values()) {
            Graph before = of(g -> {
                g.constant("k", weights(4));
                g.add("t", TANH, "x");
                g.add("y", new Variadic(kind), "x", "k", "t");
            });
            assertThat(after(new FuseElementWise(), before)).hasSize(1);
        }
    }
}
