package io.selvedge.compress.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compress.data.Dataset;
import io.selvedge.compress.data.Sample;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairedComparisonTest {
    /** Label i % 3; the input is the label. */
    private record Labels(int size) implements Dataset {
        @Override
        public Sample get(int index) {
            float[] value = {index % 3, index};
            return new Sample("s" + index, Map.of("x", value), OptionalInt.of(index % 3), Optional.empty());
        }

        @Override
        public Map<String, TensorType> inputs() {
            return Map.of("x", TensorType.of(DType.FLOAT32, 2));
        }
    }

    private static ModelRunner wrongEvery(int period) {
        return inputs -> {
            float[] x = inputs.get("x");
            float[] scores = new float[3];
            int answer = (int) x[1] % period == 0 ? ((int) x[0] + 1) % 3 : (int) x[0];
            scores[answer] = 1;
            return new float[][] {scores};
        };
    }

    @Test
    void intervals_equal_those_of_an_independent_calculation() {
        // Wilson limits there are the roots of the score equation.
        assertInterval(Proportions.difference(36, 12, 2, 0), 0.056930, 0.340428);
        assertInterval(Proportions.difference(53, 0, 0, 1), -0.072938, 0.072938);
        assertInterval(Proportions.difference(29, 0, 1, 24), -0.068081, 0.031415);
        assertInterval(Proportions.difference(14, 5, 0, 22), 0.011483, 0.226493);
        assertInterval(Proportions.difference(7500, 40, 20, 2440), 0.000461, 0.003545);
    }

    private static void assertInterval(Interval found, double low, double high) {
        assertThat(found.low()).isCloseTo(low, within(1e-6));
        assertThat(found.high()).isCloseTo(high, within(1e-6));
    }

    @Test
    void an_original_loses_nothing_against_itself() {
        Evaluation original = new Evaluator(new Labels(60), new TopK(1), Progress.SILENT)
                .original(wrongEvery(4))
                .evaluation();
        PairedComparison none = PairedComparison.ofOriginal(original);
        assertThat(none.drop()).isZero();
        assertThat(none.original()).isEqualTo(0.75);
        assertThat(none.proven(0)).isTrue();
    }

    @Test
    void the_interval_covers_the_true_drop_about_95_times_in_100() {
        SplittableRandom random = new SplittableRandom(3);
        int covered = 0;
        int rounds = 2000;
        for (int round = 0; round < rounds; round++) {
            int[] counts = new int[4];
            for (int i = 0; i < 800; i++) {
                double u = random.nextDouble();
                // Truth: 2 % lost, 1 % won, so a drop of 1 point.
                counts[u < 0.85 ? 0 : u < 0.87 ? 1 : u < 0.88 ? 2 : 3]++;
            }
            Interval interval = Proportions.difference(counts[0], counts[1], counts[2], counts[3]);
            covered += interval.low() <= 0.01 && interval.high() >= 0.01 ? 1 : 0;
        }
        assertThat(covered / (double) rounds).isBetween(0.935, 0.975);
    }

    @Test
    void a_drop_is_within_budget_by_its_estimate_and_proven_by_its_interval() {
        Evaluator evaluator = new Evaluator(new Labels(1000), MetricCatalog.named("top1"), Progress.SILENT);
        Reference original = evaluator.original(wrongEvery(1000));
        Evaluation candidate = evaluator.candidate(wrongEvery(100), original);
        PairedComparison drop = PairedComparison.of(original.evaluation(), candidate, 1);
        assertThat(drop.drop()).isCloseTo(0.9, within(1e-9));
        assertThat(drop.interval().low()).isBetween(0.3, 0.6);
        assertThat(drop.interval().high()).isBetween(1.4, 2.0);
        assertThat(drop.within(1)).isTrue();
        assertThat(drop.proven(1)).isFalse();
        assertThat(drop.proven(2)).isTrue();
        assertThat(candidate.agreement()).isCloseTo(0.991, within(1e-9));
        assertThat(candidate.answer(100)).isEqualTo((100 % 3 + 1) % 3);
    }

    @Test
    void an_identical_candidate_loses_nothing_and_has_no_noise() {
        Evaluator evaluator = new Evaluator(new Labels(50), MetricCatalog.named("top1"), Progress.SILENT);
        Reference original = evaluator.original(wrongEvery(7));
        Evaluation same = evaluator.candidate(wrongEvery(7), original);
        PairedComparison drop = PairedComparison.of(original.evaluation(), same, 1);
        assertThat(drop.drop()).isZero();
        assertThat(drop.interval().low()).isNegative();
        assertThat(drop.interval().high()).isPositive();
        assertThat(same.snrDb()).isInfinite();
        assertThat(same.agreement()).isEqualTo(1);
    }

    @Test
    void noise_is_told_in_decibels_per_output_and_overall() {
        Evaluator evaluator = new Evaluator(new Labels(10), new Agreement(), Progress.SILENT);
        Reference original = evaluator.original(inputs -> new float[][] {{1, 2}, {10}});
        Evaluation noisy = evaluator.candidate(inputs -> new float[][] {{1.1f, 2.2f}, {10}}, original);
        assertThat(noisy.outputSnrDb().get(0)).isCloseTo(20, within(1e-4));
        assertThat(noisy.outputSnrDb().get(1)).isInfinite();
        assertThat(noisy.snrDb()).isCloseTo(10 * Math.log10(105 / 0.05), within(1e-4));
        assertThat(noisy.value()).isEqualTo(1);
    }

    @Test
    void squared_error_has_a_seeded_bootstrap_interval_in_per_cent() {
        SplittableRandom random = new SplittableRandom(9);
        double[][] original = new double[500][];
        double[][] candidate = new double[500][];
        for (int i = 0; i < 500; i++) {
            double error = random.nextDouble();
            original[i] = new double[] {error};
            candidate[i] = new double[] {error * (1 + 0.2 * random.nextDouble())};
        }
        Metric mse = MetricCatalog.named("mse");
        double drop = mse.drop(mse.value(original), mse.value(candidate));
        Interval interval = mse.dropInterval(original, candidate, 4);
        assertThat(drop).isBetween(9.0, 11.0);
        assertThat(interval.low()).isBetween(drop - 1.5, drop);
        assertThat(interval.high()).isBetween(drop, drop + 1.5);
        assertThat(mse.dropInterval(original, candidate, 4)).isEqualTo(interval);
        assertThat(mse.dropInterval(original, candidate, 5)).isNotEqualTo(interval);
    }

    @Test
    void area_under_curve_of_ten_classes_lies_inside_its_bootstrap_interval() {
        SplittableRandom random = new SplittableRandom(2);
        double[][] original = new double[10_000][];
        double[][] candidate = new double[10_000][];
        for (int i = 0; i < original.length; i++) {
            int label = random.nextInt(10);
            original[i] = new double[11];
            candidate[i] = new double[11];
            original[i][0] = label;
            candidate[i][0] = label;
            for (int c = 0; c < 10; c++) {
                original[i][c + 1] = random.nextDouble() + (c == label ? 0.5 : 0);
                candidate[i][c + 1] = original[i][c + 1] + 0.2 * random.nextDouble();
            }
        }
        Metric auc = MetricCatalog.named("auc");
        Interval interval = auc.dropInterval(original, candidate, 1);
        double drop = auc.drop(auc.value(original), auc.value(candidate));
        assertThat(drop).isBetween(interval.low(), interval.high());
        assertThat(interval.high() - interval.low()).isLessThan(1);
    }

    @Test
    void nothing_to_evaluate_and_too_much_to_keep_are_coded_errors() {
        assertThatThrownBy(() -> new Evaluator(new Labels(0), new TopK(1), Progress.SILENT))
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContaining("no samples");
        Evaluator small = new Evaluator(new Labels(10), new Agreement(), Progress.SILENT, 60);
        assertThatThrownBy(() -> small.original(inputs -> new float[1][10]))
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContaining("2 of 10 samples");
    }

    @Test
    void progress_counts_every_sample() {
        int[] last = new int[2];
        new Evaluator(new Labels(10), new TopK(1), (done, total) -> {
                    last[0] = done;
                    last[1] = total;
                })
                .original(wrongEvery(3));
        assertThat(last).containsExactly(10, 10);
    }
}
