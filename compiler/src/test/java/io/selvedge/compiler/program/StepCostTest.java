package io.selvedge.compiler.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.Compiler;
import io.selvedge.compiler.ir.GraphText;
import io.selvedge.compiler.op.OpCatalog;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StepCostTest {
    private static List<StepCost> costs(String text) {
        Program program = Compiler.lower(Compiler.fuse(Compiler.simplify(GraphText.parse(text, OpCatalog.ALL))));
        return program.steps().stream().map(step -> StepCost.of(program, step)).toList();
    }

    private static StepCost only(String text, String kernel) {
        return costs(text).stream()
                .filter(cost -> cost.kernel().equals(kernel))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void convolution_reads_its_input_and_its_weights_once() {
        StepCost cost = only("""
                graph g
                input x: float32[1,16,8,8]
                const w: float32[32,16,1,1] = splat 0.5
                node c: Conv{dilations=[1,1], group=1, pads=[0,0,0,0], strides=[1,1]}(x, w) -> y
                output y
                """, "Conv");
        assertThat(cost)
                .isEqualTo(new StepCost(
                        "Conv",
                        StepCost.Arithmetic.FP32,
                        8 * 8 * 16 * 32,
                        8 * 8 * 16 * 32,
                        8 * 8 * 16 * 4,
                        (16 * 32 + 32) * 4,
                        8 * 8 * 32 * 4));
        assertThat(cost.operations()).isEqualTo(2 * cost.macs());
        assertThat(cost.bytes()).isEqualTo(4096 + 2176 + 8192);
    }

    @Test
    void rows_of_zeros_around_the_image_are_not_multiplied() {
        StepCost cost = only("""
                graph g
                input x: float32[1,16,3,3]
                const w: float32[16,16,3,3] = splat 0.5
                node c: Conv{dilations=[1,1], group=1, pads=[1,1,1,1], strides=[1,1]}(x, w) -> y
                output y
                """, "Conv");
        assertThat(cost.macs()).isEqualTo(9 * 9 * 16 * 16);
        // Of three kernel rows the first and the last output row meet two.
        assertThat(cost.executedMacs()).isEqualTo(cost.macs() * 7 / 9);
    }

    @Test
    void winograd_does_36_products_for_a_tile_of_16_outputs_and_reads_what_it_prepared() {
        StepCost cost = only("""
                graph g
                input x: float32[1,64,16,16]
                const w: float32[64,64,3,3] = splat 0.5
                node c: Conv{dilations=[1,1], group=1, pads=[1,1,1,1], strides=[1,1]}(x, w) -> y
                output y
                """, "Winograd");
        assertThat(cost.macs()).isEqualTo(16 * 16 * 9 * 64 * 64);
        assertThat(cost.executedMacs()).isEqualTo(16 * 36 * 64 * 64);
        assertThat(cost.weightBytes()).isEqualTo((36 * 64 * 64 + 64) * 4);
    }

    @Test
    void broadcast_operands_count_once() {
        StepCost cost = only("""
                graph g
                input x: float32[8,100]
                input b: float32[100]
                node a: Add(x, b) -> y
                output y
                """, "Map");
        assertThat(cost.arithmetic()).isEqualTo(StepCost.Arithmetic.OTHER);
        assertThat(cost.readBytes()).isEqualTo((8 * 100 + 100) * 4);
        assertThat(cost.writtenBytes()).isEqualTo(8 * 100 * 4);
    }

    @Test
    void matrix_product_multiplies_floats() {
        StepCost cost = only("""
                graph g
                input a: float32[2,5,7]
                input b: float32[2,7,3]
                node m: MatMul(a, b) -> y
                output y
                """, "MatMul");
        assertThat(cost.arithmetic()).isEqualTo(StepCost.Arithmetic.FP32);
        assertThat(cost.macs()).isEqualTo(2 * 5 * 7 * 3);
        assertThat(cost.readBytes()).isEqualTo((2 * 5 * 7 + 2 * 7 * 3) * 4);
    }

    @Test
    void routine_is_named_by_its_function() {
        List<StepCost> costs = costs("""
                graph g
                input x: float32[4,6]
                const axis: int64[] = {1}
                node c: CumSum{exclusive=0, reverse=0}(x, axis) -> y
                output y
                """);
        assertThat(costs).anyMatch(cost -> cost.kernel().equals("sv_cum_sum") && cost.bytes() >= 2 * 4 * 6 * 4);
    }
}
