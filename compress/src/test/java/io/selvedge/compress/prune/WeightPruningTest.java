package io.selvedge.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightPruningTest {
    private final Graph graph = SmallNets.residual(8);

    private Map<String, float[]> masks(String pattern, double sparsity, boolean global) {
        return new WeightPruning(graph, Pattern.parse(pattern), Optional.empty()).masks(sparsity, global);
    }

    private static double zeros(float[] mask) {
        int zeros = 0;
        for (float m : mask) {
            zeros += m == 0 ? 1 : 0;
        }
        return (double) zeros / mask.length;
    }

    private static double zeros(Map<String, float[]> masks) {
        double zeros = 0;
        double all = 0;
        for (float[] mask : masks.values()) {
            zeros += zeros(mask) * mask.length;
            all += mask.length;
        }
        return zeros / all;
    }

    @ParameterizedTest
    @CsvSource({"none,true", "none,false", "block:4x1,true", "block:1x4,false", "block:16x1,true"})
    void so_many_weights_become_zero_and_no_layer_is_emptied(String pattern, boolean global) {
        Map<String, float[]> masks = masks(pattern, 0.8, global);
        assertThat(zeros(masks)).isBetween(0.78, 0.801);
        assertThat(masks)
                .hasSize(9)
                .allSatisfy((name, mask) -> assertThat(zeros(mask)).as(name).isLessThan(1));
    }

    @Test
    void what_is_zeroed_in_a_layer_is_smaller_than_what_stays() {
        masks("none", 0.5, false).forEach((name, mask) -> {
            Tensor w = graph.constant(name).orElseThrow();
            double largestGone = 0;
            double smallestKept = Double.MAX_VALUE;
            for (int i = 0; i < mask.length; i++) {
                double size = Math.abs(w.getDouble(i));
                largestGone = mask[i] == 0 ? Math.max(largestGone, size) : largestGone;
                smallestKept = mask[i] == 0 ? smallestKept : Math.min(smallestKept, size);
            }
            assertThat(largestGone).as(name).isLessThanOrEqualTo(smallestKept);
        });
    }

    @Test
    void of_four_neighbours_along_the_input_channels_two_stay() {
        float[] mask = java.util.Objects.requireNonNull(masks("2:4", 0, true).get("a_1_w"));
        for (int o = 0; o < 8; o++) {
            for (int c = 0; c < 8; c += 4) {
                for (int tap = 0; tap < 9; tap++) {
                    float kept = 0;
                    for (int i = 0; i < 4; i++) {
                        kept += mask[(o * 8 + c + i) * 9 + tap];
                    }
                    assertThat(kept).isEqualTo(2);
                }
            }
        }
    }

    @Test
    void a_block_is_zero_as_a_whole_or_not_at_all() {
        float[] mask =
                java.util.Objects.requireNonNull(masks("block:4x2", 0.6, true).get("c_1_w"));
        for (int o = 0; o < 16; o++) {
            for (int c = 0; c < 16; c++) {
                for (int tap = 0; tap < 9; tap++) {
                    assertThat(mask[(o * 16 + c) * 9 + tap]).isEqualTo(mask[(o / 4 * 4 * 16 + c / 2 * 2) * 9 + tap]);
                }
            }
        }
    }

    @Test
    void a_weight_without_importance_goes_first_by_taylor() {
        Map<String, float[]> importance = new HashMap<>();
        graph.constants().forEach((name, w) -> {
            float[] g = new float[w.elements()];
            java.util.Arrays.fill(g, g.length / 2, g.length, 1);
            importance.put(name, g);
        });
        Map<String, float[]> masks =
                new WeightPruning(graph, new Pattern.Single(), Optional.of(importance)).masks(0.5, false);
        float[] mask = java.util.Objects.requireNonNull(masks.get("c_1_w"));
        for (int i = 0; i < mask.length; i++) {
            assertThat(mask[i]).isEqualTo(i < mask.length / 2 ? 0 : 1);
        }
    }

    @Test
    void masked_weights_are_zero_and_the_others_untouched() {
        Map<String, float[]> masks = masks("none", 0.3, true);
        Graph masked = Masking.apply(graph, masks);
        masks.forEach((name, mask) -> {
            for (int i = 0; i < mask.length; i++) {
                float before = graph.constant(name).orElseThrow().getFloat(i);
                assertThat(masked.constant(name).orElseThrow().getFloat(i)).isEqualTo(mask[i] == 0 ? 0 : before);
            }
        });
    }

    @Test
    void sparsity_rises_fast_then_slowly() {
        SparsitySchedule schedule = new SparsitySchedule(0, 0.8, 10);
        assertThat(schedule.at(0)).isZero();
        assertThat(schedule.at(5)).isCloseTo(0.7, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(schedule.at(10)).isEqualTo(0.8);
        assertThat(schedule.at(99)).isEqualTo(0.8);
    }

    @ParameterizedTest
    @CsvSource({"4:2", "2:2", "0:4", "block:0x4", "block:4", "3-4"})
    void patterns_that_are_none_say_how_to_write_one(String text) {
        assertThatExceptionOfType(SelvedgeException.class)
                .isThrownBy(() -> Pattern.parse(text))
                .withMessageContaining("2:4");
    }
}
