package io.selvedge.compiler.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small examples, mostly those of the ONNX standard, so that a checkout without the shared folder still checks values. */
final class OperatorValuesTest {
    private static Tensor floats(long rows, long columns, float... values) {
        return Tensor.floats(values, rows, columns);
    }

    private static Tensor bytes(DType dtype, long[] extents, int... values) {
        return Tensor.integers(TensorType.of(dtype, extents), i -> values[i]);
    }

    private static Tensor scalar(DType dtype, int value) {
        return Tensor.integers(TensorType.of(dtype), _ -> value);
    }

    @Test
    void gathers_pick_by_element_and_by_coordinate() {
        Tensor data = floats(2, 2, 1, 2, 3, 4);
        assertThat(OpCase.of("GatherElements", "axis", 1L)
                        .input(data)
                        .constant(Tensor.longs(new long[] {0, 0, 1, -2}, 2, 2))
                        .run()
                        .toFloats())
                .containsExactly(1, 1, 4, 3);
        assertThat(OpCase.of("GatherND")
                        .input(data)
                        .constant(Tensor.longs(new long[] {1, 0, 0, -1}, 2, 2))
                        .run()
                        .toFloats())
                .containsExactly(3, 2);
    }

    @Test
    void scatters_replace_or_fold() {
        assertThat(OpCase.of("ScatterElements", "reduction", "add")
                        .input(1, 2, 3)
                        .constant(1, 1)
                        .input(10, 20)
                        .run()
                        .toFloats())
                .containsExactly(1, 32, 3);
        assertThat(OpCase.of("ScatterND")
                        .input(1, 2, 3)
                        .constant(Tensor.longs(new long[] {-1}, 1, 1))
                        .input(9)
                        .run()
                        .toFloats())
                .containsExactly(1, 2, 9);
    }

    @Test
    void top_k_gives_the_first_of_equals_first() {
        List<Tensor> best = OpCase.of("TopK").input(1, 3, 3, 2).constant(3).run(2);
        assertThat(best.get(0).toFloats()).containsExactly(3, 3, 2);
        assertThat(best.get(1).toLongs()).containsExactly(1, 2, 3);
    }

    @Test
    void running_sums_may_exclude_and_reverse() {
        assertThat(OpCase.of("CumSum", "exclusive", 1L, "reverse", 1L)
                        .input(1, 2, 3)
                        .constant(0)
                        .run()
                        .toFloats())
                .containsExactly(5, 3, 0);
    }

    @Test
    void indices_that_decide_shapes_come_out_in_order() {
        assertThat(OpCase.of("NonZero").constant(floats(2, 2, 0, 5, 6, 0)).run().toLongs())
                .containsExactly(0, 1, 1, 0);
        assertThat(OpCase.of("Compress", "axis", 0L)
                        .input(1, 2, 3)
                        .constant(bytes(DType.BOOL, new long[] {3}, 1, 0, 1))
                        .run()
                        .toFloats())
                .containsExactly(1, 3);
        List<Tensor> unique =
                OpCase.of("Unique", "sorted", 0L).constant(7, 3, 7).run(4);
        assertThat(unique.stream().map(Tensor::toLongs))
                .containsExactly(new long[] {7, 3}, new long[] {0, 1}, new long[] {0, 1, 0}, new long[] {2, 1});
        assertThat(OpCase.of("OneHot")
                        .constant(1, -3, 9)
                        .constant(3)
                        .input(0, 1)
                        .run()
                        .toFloats())
                .containsExactly(0, 1, 0, 1, 0, 0, 0, 0, 0);
    }

    @Test
    void boxes_that_overlap_a_better_one_go() {
        Tensor boxes = Tensor.floats(new float[] {0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 5, 1, 6}, 1, 3, 4);
        Tensor scores = Tensor.floats(new float[] {0.5f, 0.9f, 0.2f}, 1, 1, 3);
        assertThat(OpCase.of("NonMaxSuppression")
                        .constant(boxes)
                        .constant(scores)
                        .constant(9)
                        .constant(Tensor.floats(new float[] {0.5f}, 1))
                        .run()
                        .toLongs())
                .containsExactly(0, 0, 1, 0, 0, 2);
    }

    @Test
    void named_axes_are_products_diagonals_and_sums() {
        Tensor a = floats(2, 2, 1, 2, 3, 4);
        assertThat(OpCase.of("Einsum", "equation", "ij, jk -> ik")
                        .input(a)
                        .input(a)
                        .run()
                        .toFloats())
                .containsExactly(7, 10, 15, 22);
        assertThat(OpCase.of("Einsum", "equation", "ii->i").input(a).run().toFloats())
                .containsExactly(1, 4);
        assertThat(OpCase.of("Einsum", "equation", "...j->...").input(a).run().toFloats())
                .containsExactly(3, 7);
    }

    @Test
    void the_loss_leaves_out_ignored_labels() {
        OpCase loss = OpCase.of("NegativeLogLikelihoodLoss", "ignore_index", -1L)
                .input(floats(2, 2, -1, -2, -3, -4))
                .constant(1, -1);
        assertThat(loss.run().toFloats()).containsExactly(2);
    }

    @Test
    void a_grid_of_centres_reads_the_image_itself() {
        Tensor image = Tensor.floats(new float[] {1, 2, 3, 4}, 1, 1, 2, 2);
        Tensor grid = Tensor.floats(new float[] {-0.5f, -0.5f, 0.5f, -0.5f, 0, 0, 3, 3}, 1, 2, 2, 2);
        assertThat(OpCase.of("GridSample").input(image).input(grid).run().toFloats())
                .containsExactly(1, 2, 2.5f, 0);
    }

    @Test
    void quantised_products_are_restated_in_kernels() {
        OpCase product = OpCase.of("QLinearMatMul")
                .input(bytes(DType.UINT8, new long[] {1, 2}, 130, 126))
                .constant(Tensor.floats(new float[] {0.5f}))
                .constant(scalar(DType.UINT8, 128))
                .constant(bytes(DType.INT8, new long[] {2, 1}, 3, -4))
                .constant(Tensor.floats(new float[] {0.25f}))
                .constant(scalar(DType.INT8, 0))
                .constant(Tensor.floats(new float[] {1}))
                .constant(scalar(DType.UINT8, 10));
        // (2 * 3 + -2 * -4) * 0.125 = 1.75
        assertThat(product.run().toLongs()).containsExactly(12);
        assertThat(new ProgramBuilder(product.graph(1)).build().steps()).isNotEmpty();
    }

    @Test
    void integer_products_are_exact_also_where_float32_is_not() {
        long[] wide = {1, 1001};
        long[] tall = {1001, 1};
        Tensor a = Tensor.integers(TensorType.of(DType.UINT8, wide), i -> i == 1000 ? 1 : 255);
        Tensor b = Tensor.integers(TensorType.of(DType.UINT8, tall), i -> i == 1000 ? 1 : 255);
        assertThat(OpCase.of("MatMulInteger").input(a).input(b).run().toLongs()).containsExactly(65_025_001);
    }

    @Test
    void dynamic_quantisation_finds_the_range_and_survives_zeros() {
        List<Tensor> y = OpCase.of("DynamicQuantizeLinear")
                .input(0, 2, -3, -2.5f, 1.34f, 0.5f)
                .run(3);
        assertThat(y.get(0).toLongs()).containsExactly(153, 255, 0, 26, 221, 179);
        assertThat(y.get(1).getDouble(0)).isCloseTo(0.0196078438, within(1e-8));
        assertThat(y.get(2).toLongs()).containsExactly(153);
        assertThat(OpCase.of("DynamicQuantizeLinear")
                        .input(0, 0)
                        .run(3)
                        .getFirst()
                        .toLongs())
                .containsExactly(0, 0);
    }

    @Test
    void normalisations_and_norms_are_restated_in_kernels() {
        Tensor x = Tensor.floats(new float[] {1, 3, 5, 9}, 1, 2, 1, 2);
        OpCase perChannel = OpCase.of("GroupNormalization", "num_groups", 2L, "epsilon", 0f)
                .input(x)
                .input(1, 2)
                .input(0, 1);
        OpCase perGroup = OpCase.of("GroupNormalization", "num_groups", 2L, "epsilon", 0f)
                .opset(18)
                .input(x)
                .input(1, 2)
                .input(0, 1);
        OpCase pool =
                OpCase.of("LpPool", "kernel_shape", new long[] {1, 2}, "p", 3L).input(x);
        assertThat(perChannel.run().toFloats()).containsExactly(-1, 1, -1, 3);
        assertThat(perGroup.run().toFloats()).containsExactly(-1, 1, -1, 3);
        assertThat(pool.run().getDouble(1)).isCloseTo(Math.cbrt(125 + 729), within(1e-5));
        assertThat(OpCase.of("GlobalLpPool", "p", 1L).input(x).run().toFloats()).containsExactly(4, 14);
        assertThat(OpCase.of("LpNormalization", "p", 1L).input(1, -3).run().toFloats())
                .containsExactly(0.25f, -0.75f);
        OpCase variance = OpCase.of("MeanVarianceNormalization").input(x);
        assertThat(variance.run().getDouble(3)).isCloseTo(1, within(1e-6));
        for (OpCase restated : List.of(perChannel, perGroup, pool, variance)) {
            assertThat(new ProgramBuilder(restated.graph(1)).build().steps()).isNotEmpty();
        }
    }

    @Test
    void the_rest_does_what_its_name_says() {
        assertThat(OpCase.of("Hardmax").input(1, 3, 3).run().toFloats()).containsExactly(0, 1, 0);
        assertThat(OpCase.of("Hardmax")
                        .opset(11)
                        .input(Tensor.floats(new float[] {1, 2, 4, 3}, 1, 2, 2))
                        .run()
                        .toFloats())
                .containsExactly(0, 0, 1, 0);
        assertThat(OpCase.of("EyeLike", "k", 1L)
                        .input(floats(2, 2, 0, 0, 0, 0))
                        .run()
                        .toFloats())
                .containsExactly(0, 1, 0, 0);
        assertThat(OpCase.of("BitShift", "direction", "RIGHT")
                        .constant(bytes(DType.UINT8, new long[] {2}, 200, 3))
                        .constant(bytes(DType.UINT8, new long[] {1}, 1))
                        .run()
                        .toLongs())
                .containsExactly(100, 1);
        assertThat(OpCase.of("BitwiseXor").constant(6, 5).constant(3).run().toLongs())
                .containsExactly(5, 6);
        assertThat(OpCase.of("BitwiseNot").constant(6).run().toLongs()).containsExactly(-7);
        assertThat(OpCase.of("CastLike").input(1.9f).constant(0).run().toLongs())
                .containsExactly(1);
    }

    @Test
    void images_are_cut_filled_mapped_and_put_together() {
        OpCase crop = OpCase.of("CenterCropPad").input(floats(1, 3, 1, 2, 3)).constant(3, 1);
        assertThat(crop.run().toFloats()).containsExactly(0, 2, 0);
        OpCase grid = OpCase.of("AffineGrid", "align_corners", 1L)
                .input(Tensor.floats(new float[] {1, 0, 0, 0, 1, 0}, 1, 2, 3))
                .constant(1, 1, 2, 2);
        assertThat(grid.run().toFloats()).containsExactly(-1, -1, 1, -1, -1, 1, 1, 1);
        assertThat(new ProgramBuilder(grid.graph(1)).build().steps()).isNotEmpty();
        assertThat(OpCase.of("Col2Im")
                        .input(Tensor.floats(new float[] {1, 2, 3, 4}, 1, 2, 2))
                        .constant(1, 3)
                        .constant(1, 2)
                        .run()
                        .toFloats())
                .containsExactly(1, 5, 4);
        assertThat(OpCase.of("MaxUnpool", "kernel_shape", new long[] {2}, "strides", new long[] {2})
                        .input(Tensor.floats(new float[] {5, 6}, 1, 1, 2))
                        .constant(Tensor.longs(new long[] {1, 2}, 1, 1, 2))
                        .run()
                        .toFloats())
                .containsExactly(0, 5, 6, 0);
        assertThat(OpCase.of("RoiAlign", "sampling_ratio", 1L)
                        .input(Tensor.floats(new float[] {1, 2, 3, 4}, 1, 1, 2, 2))
                        .input(floats(1, 4, 0, 0, 2, 2))
                        .constant(0)
                        .run()
                        .toFloats())
                .containsExactly(2.5f);
    }

    @Test
    void determinants_and_reversed_sequences() {
        assertThat(OpCase.of("Det").input(floats(2, 2, 0, 2, 3, 4)).run().toFloats())
                .containsExactly(-6);
        assertThat(OpCase.of("ReverseSequence", "batch_axis", 0L, "time_axis", 1L)
                        .input(floats(2, 3, 1, 2, 3, 4, 5, 6))
                        .constant(2, 3)
                        .run()
                        .toFloats())
                .containsExactly(2, 1, 3, 6, 5, 4);
    }

    @Test
    void taps_that_are_moved_by_half_read_between_pixels() {
        Tensor x = Tensor.floats(new float[] {1, 3, 5, 7}, 1, 1, 2, 2);
        Tensor w = Tensor.floats(new float[] {2}, 1, 1, 1, 1);
        Tensor offset = Tensor.floats(new float[] {0, 0, 0, 0, 0.5f, 0, 0.5f, 9}, 1, 2, 2, 2);
        assertThat(OpCase.of("DeformConv")
                        .input(x)
                        .constant(w)
                        .input(offset)
                        .run()
                        .toFloats())
                .containsExactly(4, 6, 12, 0);
    }

    @Test
    void n_grams_are_counted_with_skips() {
        OpCase pairs = OpCase.of(
                        "TfIdfVectorizer",
                        "mode",
                        "TF",
                        "min_gram_length",
                        2L,
                        "max_gram_length",
                        2L,
                        "max_skip_count",
                        1L,
                        "pool_int64s",
                        new long[] {5, 5, 6, 7, 8},
                        "ngram_counts",
                        new long[] {0, 1},
                        "ngram_indexes",
                        new long[] {0, 1, 2})
                .constant(5, 6, 6, 8, 7, 8);
        // 5 6 occurs next to each other and with a skip, 7 8 once.
        assertThat(pairs.run().toFloats()).containsExactly(0, 2, 1);
    }
}
