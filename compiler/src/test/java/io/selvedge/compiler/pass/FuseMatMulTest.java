package io.selvedge.compiler.pass;

import static io.selvedge.compiler.pass.PassCase.after;
import static io.selvedge.compiler.pass.PassCase.graph;
import static io.selvedge.compiler.pass.PassCase.weights;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Cast;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.MatMulInteger;
import io.selvedge.compiler.op.Unary;
import org.junit.jupiter.api.Test;

final class FuseMatMulTest {
    private static final Binary ADD = new Binary(Binary.Kind.ADD);
    private static final Binary MUL = new Binary(Binary.Kind.MUL);

    @Test
    void bias_activation_and_residual_join_the_product() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 3, 4));
            g.input("r", TensorType.of(DType.FLOAT32, 2, 3, 5));
            g.constant("w", weights(4, 5));
            g.constant("b", weights(5));
            g.add("m", new MatMul(), "x", "w");
            g.add("s", ADD, "b", "m");
            g.add("a", new Unary(Unary.Kind.RELU), "s");
            g.add("y", ADD, "a", "r");
            g.output("y");
        });
        assertThat(after(new FuseMatMul(), before))
                .containsExactly("y = FusedMatMul[epilogue=add(max(add($1,$0),0.0),$2)](x, w, , b, r)");
    }

    @Test
    void integers_that_become_floats_join_with_the_zero_point_of_the_left_side() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.UINT8, 1, 3, 4));
            g.input("zero", TensorType.of(DType.UINT8));
            g.input("scale", TensorType.of(DType.FLOAT32));
            g.constant("w", Tensor.integers(TensorType.of(DType.UINT8, 4, 5), i -> 100 + i));
            g.constant("middle", Tensor.integers(TensorType.of(DType.UINT8), _ -> 110));
            g.add("i", new MatMulInteger(), "x", "w", "zero", "middle");
            g.add("f", new Cast(DType.FLOAT32), "i");
            g.add("y", MUL, "f", "scale");
            g.output("y");
        });
        assertThat(after(new FuseMatMul(), before))
                .containsExactly("y = FusedMatMul[epilogue=mul($0,$1)](x, w.s8, zero, scale)");
    }

    @Test
    void operand_for_each_row_stays_outside() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 3, 4));
            g.input("r", TensorType.of(DType.FLOAT32, 2, 3, 1));
            g.constant("w", weights(4, 5));
            g.add("m", new MatMul(), "x", "w");
            g.add("y", MUL, "m", "r");
            g.output("y");
        });
        assertThat(after(new FuseMatMul(), before))
                .containsExactly("m = FusedMatMul[epilogue=$0](x, w, )", "y = Mul(m, r)");
    }

    @Test
    void product_of_two_values_stays_as_it_is() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 4, 4));
            g.add("y", new MatMul(), "x", "x");
            g.output("y");
        });
        assertThat(after(new FuseMatMul(), before)).containsExactly("y = MatMul(x, x)");
    }
}
