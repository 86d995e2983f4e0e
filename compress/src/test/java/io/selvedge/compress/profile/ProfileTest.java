package io.selvedge.compress.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.program.StepCost;
import io.selvedge.compiler.program.StepCost.Arithmetic;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProfileTest {
    private static final Peaks PEAKS = new Peaks(
            "generic",
            100,
            400,
            List.of(new Peaks.Level("L1", 10_000, 80), new Peaks.Level("memory", Long.MAX_VALUE, 20)),
            "2026-11-26");

    /** Two operations per multiply-add: 1 us at the limit. */
    private static final Profile.Layer FLOATS = new Profile.Layer(
            "conv", new StepCost("Conv", Arithmetic.FP32, 50_000, 50_000, 4000, 2000, 4000), "1x4x2", 2);

    private static final Profile.Layer BYTES =
            new Profile.Layer("qconv", new StepCost("QConv", Arithmetic.INT8, 200_000, 100_000, 1000, 500, 500), "", 1);

    private static final Profile.Layer COPY =
            new Profile.Layer("copy", new StepCost("Copy", Arithmetic.OTHER, 0, 0, 100, 0, 100), "", 1);

    private static Profile profile(long arenaBytes) {
        return new Profile("net", "", arenaBytes, PEAKS, 5, 21, List.of(FLOATS, BYTES, COPY));
    }

    @Test
    void share_of_peak_is_that_of_the_multiplications_done_in_the_layer_s_own_type() {
        Profile profile = profile(1000);
        assertThat(profile.shareOfPeak(FLOATS)).hasValueCloseTo(0.5, within(1e-9));
        assertThat(profile.shareOfPeak(BYTES)).hasValueCloseTo(0.5, within(1e-9));
        assertThat(profile.shareOfPeak(COPY)).isEmpty();
        assertThat(BYTES.gigaOps()).isCloseTo(400, within(1e-9));
        // 1 us of floats and 0.5 us of bytes in 5 us.
        assertThat(profile.shareOfPeak()).isCloseTo(0.3, within(1e-9));
    }

    @Test
    void bandwidth_is_that_of_where_weights_and_arena_lie() {
        assertThat(profile(7500).level().name()).isEqualTo("L1");
        assertThat(profile(7501).level().name()).isEqualTo("memory");
        assertThat(profile(7501).shareOfBandwidth(FLOATS)).isCloseTo(5.0 / 20, within(1e-9));
        assertThat(FLOATS.intensity()).isCloseTo(10, within(1e-9));
    }

    @Test
    void sums_are_over_all_layers() {
        assertThat(profile(0).sumMicros()).isEqualTo(4);
        assertThat(profile(0).bytes()).isEqualTo(10_000 + 2000 + 200);
        assertThat(profile(0).operations()).isEqualTo(500_000);
    }
}
