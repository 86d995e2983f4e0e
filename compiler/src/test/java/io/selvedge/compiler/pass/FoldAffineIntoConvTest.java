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
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.MatMul;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FoldAffineIntoConvTest {
    private static Graph conv(Binary.Kind kind, boolean reversed, Tensor constant) {
        return graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 1, 3, 5, 6));
            g.constant("w", weights(6, 3, 3, 3));
            g.add("c", new Conv(List.of(2, 1), List.of(0, 0, 0, 0), List.of(1, 1), 1), "x", "w");
            g.constant("k", constant);
            g.add("y", new Binary(kind), reversed ? "k" : "c", reversed ? "c" : "k");
            g.output("y");
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Binary.Kind.class,
            names = {"ADD", "SUB", "MUL", "DIV"})
    void constants_per_channel_disappear(Binary.Kind kind) {
        assertThat(after(new FoldAffineIntoConv(), conv(kind, false, weights(6, 1, 1))))
                .hasSize(1);
        assertThat(after(new FoldAffineIntoConv(), conv(kind, false, weights(1, 6, 1, 1))))
                .hasSize(1);
        assertThat(after(new FoldAffineIntoConv(), conv(kind, false, weights())))
                .hasSize(1);
    }

    @Test
    void difference_from_a_constant_changes_signs_but_a_quotient_stays() {
        assertThat(after(new FoldAffineIntoConv(), conv(Binary.Kind.SUB, true, weights(6, 1, 1))))
                .hasSize(1);
        assertThat(after(new FoldAffineIntoConv(), conv(Binary.Kind.DIV, true, weights(6, 1, 1))))
                .hasSize(2);
    }

    @Test
    void constants_along_another_axis_stay() {
        // The last axis of the output has as many elements as there are channels would suggest: 4 of them here.
        assertThat(after(new FoldAffineIntoConv(), conv(Binary.Kind.MUL, false, weights(4))))
                .hasSize(2);
        assertThat(after(new FoldAffineIntoConv(), conv(Binary.Kind.MUL, false, weights(6, 2, 1))))
                .hasSize(2);
    }

    @Test
    void constant_that_widens_the_output_stays() {
        assertThat(after(new FoldAffineIntoConv(), conv(Binary.Kind.ADD, false, weights(2, 6, 1, 1))))
                .hasSize(2);
    }

    @Test
    void matmul_and_its_bias_become_one_gemm() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 5));
            g.constant("w", weights(5, 4));
            g.constant("b", weights(4));
            g.add("m", new MatMul(), "x", "w");
            g.add("y", new Binary(Binary.Kind.ADD), "b", "m");
            g.output("y");
        });
        Graph gemm = new ConvertMatMulToGemm().run(before);
        assertThat(after(new FoldAffineIntoConv(), gemm))
                .containsExactly("y = Gemm[alpha=1.0 beta=1.0 transA=0 transB=0](x, w, m.bias)");
    }
}
