package io.selvedge.compress.quant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WeightGridTest {
    /** All levels of a grid, from its smallest to its largest. */
    private static int[] levels(WeightGrid grid) {
        return IntStream.rangeClosed(-127, 127)
                .filter(level -> grid.nearest(level) == level)
                .toArray();
    }

    @Test
    void levels_are_those_of_the_formulas() {
        assertThat(levels(WeightGrid.INT8)).hasSize(255);
        assertThat(levels(WeightGrid.INT4))
                .containsExactly(IntStream.rangeClosed(-7, 7).toArray());
        assertThat(levels(WeightGrid.LOG4)).containsExactly(-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64);
        for (int level : levels(WeightGrid.LOG5)) {
            int odd = level == 0 ? 1 : Math.abs(level) >> Integer.numberOfTrailingZeros(level);
            assertThat(odd).isIn(1, 3);
        }
        for (WeightGrid grid : WeightGrid.values()) {
            assertThat(levels(grid)).hasSize(grid.levels());
            assertThat(WeightGrid.named(grid.text())).contains(grid);
        }
        assertThat(WeightGrid.named("int3")).isEmpty();
    }

    @Test
    void the_nearest_level_is_nearest() {
        Random random = new Random(1);
        for (WeightGrid grid : WeightGrid.values()) {
            int[] levels = levels(grid);
            for (int i = 0; i < 2000; i++) {
                double x = random.nextGaussian() * grid.top() * 0.7;
                double least = Arrays.stream(levels)
                        .mapToDouble(level -> Math.abs(level - x))
                        .min()
                        .orElseThrow();
                assertThat(Math.abs(grid.nearest(x) - x)).isEqualTo(least);
            }
        }
    }

    @Test
    void no_scale_of_a_fine_scan_has_a_clearly_smaller_error() {
        Random random = new Random(2);
        for (WeightGrid grid : new WeightGrid[] {WeightGrid.INT4, WeightGrid.LOG4, WeightGrid.LOG5}) {
            for (int trial = 0; trial < 20; trial++) {
                float[] channel = new float[72];
                for (int i = 0; i < channel.length; i++) {
                    channel[i] = (float) random.nextGaussian();
                }
                double found = error(grid, channel, grid.scale(channel));
                double best = IntStream.range(1, 4000)
                        .mapToDouble(i -> error(grid, channel, i * 6.0 / 4000 / grid.top()))
                        .min()
                        .orElseThrow();
                assertThat(found).isLessThan(best * 1.1);
            }
        }
    }

    @Test
    void weights_on_levels_are_kept_as_they_are() {
        for (WeightGrid grid : WeightGrid.values()) {
            int[] levels = levels(grid);
            float[] channel = new float[levels.length];
            for (int i = 0; i < channel.length; i++) {
                channel[i] = levels[i] * 0.01f;
            }
            float scale = grid.scale(channel);
            for (int i = 0; i < channel.length; i++) {
                assertThat(grid.nearest(channel[i] / (double) scale)).isEqualTo(levels[i]);
            }
        }
    }

    @Test
    void a_channel_of_zeros_has_a_scale() {
        for (WeightGrid grid : WeightGrid.values()) {
            assertThat(grid.scale(new float[5])).isZero();
        }
    }

    private static double error(WeightGrid grid, float[] channel, double scale) {
        double sum = 0;
        for (float w : channel) {
            double error = w - grid.nearest(w / scale) * scale;
            sum += error * error;
        }
        return sum;
    }
}
