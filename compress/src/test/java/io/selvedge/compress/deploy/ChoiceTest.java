package io.selvedge.compress.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compress.deploy.Choice.Entry;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ChoiceTest {
    private static final Entry FP32 = entry("fp32", 0, 100, 2000, 4000);
    private static final Entry INT8 = entry("int8", 0.8, 40, 500, 1500);
    private static final Entry MIXED = entry("mixed-1", 0.2, 40.3, 600, 1600);
    private static final List<Entry> ALL = List.of(FP32, INT8, MIXED);

    private static Entry entry(String name, double drop, double micros, long arenaBytes, long bundleBytes) {
        return new Entry(name, OptionalDouble.of(drop), OptionalDouble.of(micros), arenaBytes, bundleBytes);
    }

    private static Budgets budgets(double drop, double micros, long arenaBytes, long bundleBytes) {
        return new Budgets(
                OptionalDouble.of(drop),
                OptionalDouble.of(micros),
                OptionalLong.of(arenaBytes),
                OptionalLong.of(bundleBytes));
    }

    @Test
    void the_fastest_wins_and_the_others_are_told_how_slow_they_are() {
        List<Entry> two = List.of(FP32, INT8);
        Outcome outcome = Choice.of(two, Budgets.NONE);
        assertThat(outcome).isEqualTo(new Outcome.Chosen("int8", "it is the fastest of 2 candidates"));
        assertThat(Choice.reason(FP32, two, outcome, Budgets.NONE)).isEqualTo("2.50× the time of int8");
    }

    @Test
    void of_equally_fast_ones_the_smaller_bundle_wins_whichever_measured_a_little_less() {
        Entry luckier = entry("mixed-1", 0.2, 39.9, 600, 1600);
        for (List<Entry> entries : List.of(ALL, List.of(FP32, INT8, luckier))) {
            Outcome outcome = Choice.of(entries, Budgets.NONE);
            assertThat(outcome.candidate()).isEqualTo("int8");
            assertThat(Choice.reason(entries.getLast(), entries, outcome, Budgets.NONE))
                    .isEqualTo("as fast as int8, but a larger bundle");
        }
    }

    @Test
    void of_two_that_are_alike_the_faster_one_wins() {
        List<Entry> alike = List.of(FP32, entry("mixed-1", 0, 99.5, 2000, 4000));
        Outcome outcome = Choice.of(alike, Budgets.NONE);
        assertThat(outcome.candidate()).isEqualTo("mixed-1");
        assertThat(Choice.reason(FP32, alike, outcome, Budgets.NONE))
                .isEqualTo("as fast as mixed-1 within 2 %, and as large");
    }

    @Test
    void a_budget_takes_candidates_out_and_says_which_one_they_break() {
        Budgets half = new Budgets(
                OptionalDouble.of(0.5), OptionalDouble.empty(), OptionalLong.empty(), OptionalLong.of(3999));
        Outcome outcome = Choice.of(ALL, half);
        assertThat(outcome).isEqualTo(new Outcome.Chosen("mixed-1", "it alone of 3 candidates keeps every budget"));
        assertThat(Choice.reason(INT8, ALL, outcome, half))
                .isEqualTo("drop 0.8 points on the samples that choose is over --max-drop 0.5");
        assertThat(Choice.reason(FP32, ALL, outcome, half))
                .isEqualTo("bundle 4,000 bytes is over --max-bundle-bytes 3,999");
    }

    @Test
    void a_budget_is_kept_by_the_number_itself() {
        assertThat(Choice.of(ALL, budgets(0.8, 40, 500, 1500)).candidate()).isEqualTo("int8");
        assertThat(Choice.of(ALL, budgets(0.8, 40, 500, 1500))).isInstanceOf(Outcome.Chosen.class);
    }

    @Test
    void when_nothing_fits_the_nearest_is_the_one_with_the_smallest_sum_of_excesses() {
        Outcome outcome = Choice.of(ALL, budgets(0.1, 20, 400, 1000));
        assertThat(outcome).isInstanceOfSatisfying(Outcome.NothingFits.class, none -> {
            // mixed-1: drop 1.0, latency 1.015, arena 0.5, bundle 0.6 too much; int8: drop 7, latency 1, ...
            assertThat(none.candidate()).isEqualTo("mixed-1");
            assertThat(none.shortfalls())
                    .containsExactly(
                            new Outcome.Shortfall(Outcome.Budget.DROP, 0.1, 0.2),
                            new Outcome.Shortfall(Outcome.Budget.LATENCY, 20, 40.3),
                            new Outcome.Shortfall(Outcome.Budget.ARENA, 400, 600),
                            new Outcome.Shortfall(Outcome.Budget.BUNDLE, 1000, 1600));
        });
        assertThat(Choice.reason(MIXED, ALL, outcome, budgets(0.1, 20, 400, 1000)))
                .isEqualTo(
                        "drop 0.2 points on the samples that choose is over --max-drop 0.1; latency 40.3 us is over --max-latency-us 20; "
                                + "arena 600 bytes is over --max-arena-bytes 400; bundle 1,600 bytes is over --max-bundle-bytes 1,000");
    }

    @Test
    void a_drop_that_must_be_a_gain_takes_the_original_out_too() {
        Budgets gain = new Budgets(
                OptionalDouble.of(-0.1), OptionalDouble.empty(), OptionalLong.empty(), OptionalLong.empty());
        assertThat(Choice.of(ALL, gain)).isInstanceOfSatisfying(Outcome.NothingFits.class, none -> {
            assertThat(none.candidate()).isEqualTo("fp32");
            assertThat(none.shortfalls()).containsExactly(new Outcome.Shortfall(Outcome.Budget.DROP, -0.1, 0));
        });
        Entry better = entry("mixed-1", -0.3, 60, 1, 1);
        assertThat(Choice.of(List.of(FP32, better), gain).candidate()).isEqualTo("mixed-1");
    }

    @Test
    void without_data_no_drop_is_known_and_none_is_broken() {
        Entry only = new Entry("fp32", OptionalDouble.empty(), OptionalDouble.of(5), 1, 1);
        assertThat(Choice.of(List.of(only), Budgets.NONE))
                .isEqualTo(new Outcome.Chosen("fp32", "it is the only candidate"));
    }

    @Test
    void without_times_the_smallest_bundle_that_keeps_the_budgets_wins_and_that_is_said() {
        List<Entry> entries =
                List.of(unmeasured("fp32", 0, 300), unmeasured("int8", 2, 80), unmeasured("mixed-1", 0.4, 120));
        Budgets budgets =
                new Budgets(OptionalDouble.of(1), OptionalDouble.empty(), OptionalLong.empty(), OptionalLong.empty());
        Outcome outcome = Choice.of(entries, budgets);
        assertThat(outcome.candidate()).isEqualTo("mixed-1");
        assertThat(((Outcome.Chosen) outcome).why()).contains("smallest bundle").contains("not measured");
        assertThat(Choice.reason(entries.getFirst(), entries, outcome, budgets))
                .isEqualTo("a larger bundle than mixed-1");
    }

    private static Entry unmeasured(String name, double drop, long bundleBytes) {
        return new Entry(name, OptionalDouble.of(drop), OptionalDouble.empty(), 1, bundleBytes);
    }
}
