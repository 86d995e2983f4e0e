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
import io.selvedge.compiler.op.BatchNormalization;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.OpCatalog;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FuseBatchNormTest {
    private static final Conv CONV = new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), 1);

    private static void batchNorm(GraphBuilder g, String x, int channels) {
        g.constant("s", weights(channels));
        g.constant("b", weights(channels).reshaped(weights(channels).shape()));
        g.constant("m", Tensor.filled(TensorType.of(DType.FLOAT32, channels), i -> 0.1 * i));
        g.constant("v", Tensor.filled(TensorType.of(DType.FLOAT32, channels), i -> 0.5 + i));
        g.add("y", new BatchNormalization(1e-5f), x, "s", "b", "m", "v");
        g.output("y");
    }

    @Test
    void conv_without_bias_takes_the_batch_norm_up() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 3, 5, 4));
            g.constant("w", weights(6, 3, 3, 3));
            g.add("c", CONV, "x", "w");
            batchNorm(g, "c", 6);
        });
        assertThat(after(new FuseBatchNorm(), before))
                .containsExactly("y = Conv[dilations=[1, 1] group=1 pads=[1, 1, 1, 1] strides=[1, 1]](x, w_1, c.bias)");
    }

    @Test
    void bias_of_the_conv_is_scaled_too() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 1, 3, 5, 4));
            g.constant("w", weights(6, 3, 3, 3));
            g.constant("bias", weights(6));
            g.add("c", CONV, "x", "w", "bias");
            batchNorm(g, "c", 6);
        });
        assertThat(after(new FuseBatchNorm(), before)).hasSize(1);
    }

    @Test
    void conv_that_somebody_else_reads_keeps_its_weights() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 1, 3, 5, 4));
            g.constant("w", weights(6, 3, 3, 3));
            g.add("c", CONV, "x", "w");
            g.output("c");
            batchNorm(g, "c", 6);
        });
        assertThat(after(new FuseBatchNorm(), before))
                .containsExactly(
                        "c = Conv[dilations=[1, 1] group=1 pads=[1, 1, 1, 1] strides=[1, 1]](x, w)",
                        "y.scaled = Mul(c, y.scale)",
                        "y = Add(y.scaled, y.shift)");
    }

    @Test
    void batch_norm_without_producer_becomes_mul_and_add() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 2, 6));
            batchNorm(g, "x", 6);
        });
        assertThat(after(new FuseBatchNorm(), before))
                .containsExactly("y.scaled = Mul(x, y.scale)", "y = Add(y.scaled, y.shift)");
    }

    @Test
    void gemm_takes_it_up_with_factors_and_either_orientation() {
        for (boolean transposed : List.of(false, true)) {
            Graph before = graph(g -> {
                g.input("x", TensorType.of(DType.FLOAT32, 3, 5));
                g.constant("w", transposed ? weights(6, 5) : weights(5, 6));
                g.constant("bias", weights(1, 6));
                g.add("c", new Gemm(0.5f, 2, false, transposed), "x", "w", "bias");
                batchNorm(g, "c", 6);
            });
            assertThat(after(new FuseBatchNorm(), before)).hasSize(1);
        }
    }

    @Test
    void grouped_transposed_convolution_scales_the_channels_of_each_group() {
        Graph before = graph(g -> {
            g.input("x", TensorType.of(DType.FLOAT32, 1, 4, 3, 3));
            g.constant("w", weights(4, 3, 2, 2));
            g.add(
                    "c",
                    OpCatalog.ALL.create(
                            "",
                            "ConvTranspose",
                            Map.of(
                                    "group",
                                    2L,
                                    "strides",
                                    new long[] {2, 2},
                                    "pads",
                                    new long[4],
                                    "dilations",
                                    new long[] {1, 1},
                                    "output_padding",
                                    new long[2],
                                    "kernel_shape",
                                    new long[] {2, 2})),
                    "x",
                    "w");
            batchNorm(g, "c", 6);
        });
        assertThat(after(new FuseBatchNorm(), before)).hasSize(1);
    }
}
