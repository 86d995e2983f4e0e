package io.selvedge.train.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compress.data.Augmentation;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class AugmenterTest {
    private static final long[] SEEDS = {11, 12, 13};

    private static float[] mixed(double most) {
        float[] rows = {1, 10, 2, 20, 4, 40};
        new Augmenter(new Augmentation(false, 0, 0, 0, most), false, false).mix(rows, 2, SEEDS);
        return rows;
    }

    @Test
    void mixed_samples_lie_between_two_samples_and_nearer_to_their_own() {
        float[] rows = mixed(0.5);
        assertThat(rows).isEqualTo(mixed(0.5)).isNotEqualTo(mixed(0.4));
        float[] own = {1, 2, 4};
        float[] other = {2, 4, 1};
        for (int i = 0; i < 3; i++) {
            double share = (rows[2 * i] - own[i]) / (other[i] - own[i]);
            assertThat(share).isStrictlyBetween(0.0, 0.5);
            assertThat((double) rows[2 * i + 1]).isCloseTo(10.0 * rows[2 * i], Offset.offset(1e-4));
        }
    }

    @Test
    void without_the_rule_nothing_is_mixed() {
        assertThat(mixed(0)).containsExactly(1, 10, 2, 20, 4, 40);
    }
}
