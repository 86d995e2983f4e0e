package io.selvedge.compiler.pass;

import static io.selvedge.compiler.pass.PassCase.after;
import static io.selvedge.compiler.pass.PassCase.graph;
import static io.selvedge.compiler.pass.PassCase.weights;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.GlobalPool;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Unary;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FuseLayerNormTest {
    private static final Op LAST = new Reduce(Reduce.Kind.MEAN, List.of(2), true);

    /** The pieces over x of three axes, with a mean of x and one of the squares, and rows of {@code columns} around. */
    private static Graph pieces(Op mean, Op meanOfSquares, boolean square, int columns) {
        return graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 3, 8));
            g.constant("two", Tensor.floats(new float[] {2}));
            g.constant("epsilon", Tensor.floats(new float[] {0.001f}));
            g.constant("scale", weights(columns));
            g.constant("bias", weights(columns));
            g.add("mean", mean, "x");
            g.add("centred", new Binary(Binary.Kind.SUB), "x", "mean");
            if (square) {
                g.add("squares", new Binary(Binary.Kind.POW), "centred", "two");
            } else {
                g.add("squares", new Binary(Binary.Kind.MUL), "centred", "centred");
            }
            g.add("variance", meanOfSquares, "squares");
            g.add("sum", new Binary(Binary.Kind.ADD), "variance", "epsilon");
            g.add("deviation", new Unary(Unary.Kind.SQRT), "sum");
            g.add("d", new Binary(Binary.Kind.DIV), "centred", "deviation");
            g.add("m", new Binary(Binary.Kind.MUL), "d", "scale");
            g.add("y", new Binary(Binary.Kind.ADD), "bias", "m");
            g.output("y");
        });
    }

    @Test
    void pieces_become_one_operator_with_its_rows() {
        for (boolean square : new boolean[] {true, false}) {
            assertThat(after(new FuseLayerNorm(), pieces(LAST, LAST, square, 8)))
                    .containsExactly("y = LayerNormalization[axis=-1 epsilon=0.001](x, scale, bias)");
        }
    }

    @Test
    void mean_may_have_become_a_pool_of_rank_three() {
        Op pool = new GlobalPool(Pool.Kind.AVERAGE);
        assertThat(after(new FuseLayerNorm(), pieces(pool, pool, true, 8)))
                .containsExactly("y = LayerNormalization[axis=-1 epsilon=0.001](x, scale, bias)");
    }

    @Test
    void number_instead_of_a_row_stays_outside() {
        assertThat(after(new FuseLayerNorm(), pieces(LAST, LAST, true, 1)))
                .containsExactly(
                        "d = LayerNormalization[axis=-1 epsilon=0.001](x, d.ones)",
                        "m = Mul(d, scale)",
                        "y = Add(bias, m)");
    }

    @Test
    void means_over_other_axes_are_left_alone() {
        Op other = new Reduce(Reduce.Kind.MEAN, List.of(1), true);
        assertThat(after(new FuseLayerNorm(), pieces(other, other, true, 8))).hasSize(9);
        assertThat(after(new FuseLayerNorm(), pieces(LAST, other, true, 8))).hasSize(9);
    }
}
