package io.selvedge.compress.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compress.data.Sample;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MetricTest {
    private static Truth labelled(int label) {
        return new Truth(new Sample("s", Map.of(), OptionalInt.of(label), Optional.empty()), Optional.empty());
    }

    private static Truth target(float... values) {
        return new Truth(new Sample("s", Map.of(), OptionalInt.empty(), Optional.of(values)), Optional.empty());
    }

    private static double score(String metric, Truth truth, float... output) {
        return MetricCatalog.named(metric).row(new float[][] {output}, truth)[0];
    }

    @Test
    void among_equal_scores_the_lowest_index_wins() {
        assertThat(score("top1", labelled(1), 0.1f, 0.5f, 0.5f)).isEqualTo(1);
        assertThat(score("top1", labelled(2), 0.1f, 0.5f, 0.5f)).isZero();
        assertThat(score("top5", labelled(4), 1, 1, 1, 1, 1, 1)).isEqualTo(1);
        assertThat(score("top5", labelled(5), 1, 1, 1, 1, 1, 1)).isZero();
        assertThat(Ranking.best(new float[] {Float.NaN, 1, 2, 2})).isEqualTo(2);
    }

    @Test
    void an_answer_with_nan_is_wrong() {
        assertThat(score("top1", labelled(0), 3, Float.NaN)).isZero();
        assertThat(score("top1", labelled(1), 3, Float.NaN)).isZero();
        assertThat(Agreement.agree(new float[] {3, 1}, new float[] {3, Float.NaN}))
                .isFalse();
    }

    @Test
    void a_tie_that_contains_the_originals_answer_agrees() {
        assertThat(Agreement.agree(new float[] {1, 3, 2}, new float[] {3, 3, 0}))
                .isTrue();
        assertThat(Agreement.agree(new float[] {1, 3, 2}, new float[] {3, 2, 3}))
                .isFalse();
        assertThat(Agreement.agree(new float[] {-0.5f}, new float[] {-0.1f})).isTrue();
        assertThat(Agreement.agree(new float[] {-0.5f}, new float[] {0.1f})).isFalse();
    }

    @Test
    void a_tie_of_all_classes_answers_nothing() {
        assertThat(Agreement.agree(new float[] {1, 3, 2}, new float[] {7, 7, 7}))
                .isFalse();
        assertThat(Agreement.agree(new float[] {3, 3, 2}, new float[] {7, 7, 6}))
                .isTrue();
        assertThat(Agreement.agree(new float[] {2, 2, 2}, new float[] {7, 7, 7}))
                .isTrue();
    }

    @Test
    void squared_error_is_a_mean_and_its_drop_is_in_per_cent() {
        Metric mse = MetricCatalog.named("mse");
        assertThat(score("mse", target(1, 2), 2, 4)).isEqualTo(2.5);
        assertThat(mse.drop(0.02, 0.025)).isCloseTo(25, within(1e-9));
        assertThat(mse.drop(0, 0)).isZero();
        assertThat(mse.drop(0, 0.1)).isInfinite();
    }

    @Test
    void missing_and_impossible_truths_are_coded_errors() {
        assertCoded(() -> score("top1", labelled(3), 1, 2, 3), ErrorCode.LABEL_OUT_OF_RANGE, "0..2");
        assertCoded(() -> score("top1", target(1), 1, 2), ErrorCode.BAD_DATA, "label");
        assertCoded(() -> score("top1", labelled(0), 1), ErrorCode.BAD_OPTION, "auc");
        assertCoded(() -> score("mse", labelled(0), 1), ErrorCode.BAD_DATA, "target");
        assertCoded(() -> score("mse", target(1, 2), 1), ErrorCode.SHAPE_MISMATCH, "2 target values");
        assertCoded(() -> MetricCatalog.named("f1"), ErrorCode.BAD_OPTION, "top1");
        Metric auc = MetricCatalog.named("auc");
        double[][] oneClass = {auc.row(new float[][] {{1}}, labelled(1)), auc.row(new float[][] {{2}}, labelled(1))};
        assertCoded(() -> auc.value(oneClass), ErrorCode.BAD_DATA, "two classes");
    }

    private static void assertCoded(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ErrorCode code, String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SelvedgeException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    @Test
    void area_under_curve_is_the_share_of_pairs_in_order() {
        SplittableRandom random = new SplittableRandom(1);
        Metric auc = MetricCatalog.named("auc");
        int n = 97;
        float[] scores = new float[n];
        int[] labels = new int[n];
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            labels[i] = random.nextInt(2);
            scores[i] = random.nextInt(12) + 2 * labels[i];
            rows[i] = auc.row(new float[][] {{scores[i]}}, labelled(labels[i]));
        }
        double wins = 0;
        double pairs = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (labels[i] == 1 && labels[j] == 0) {
                    pairs++;
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        assertThat(auc.value(rows)).isCloseTo(wins / pairs, within(1e-12));
        // Two softmax outputs order samples as one score does.
        for (int i = 0; i < n; i++) {
            rows[i] = auc.row(new float[][] {{-scores[i], scores[i]}}, labelled(labels[i]));
        }
        assertThat(auc.value(rows)).isCloseTo(wins / pairs, within(1e-12));
    }

    @Test
    void area_under_curve_of_many_classes_is_the_mean_of_one_against_the_rest() {
        Metric auc = MetricCatalog.named("auc");
        float[][] scores = {{3, 0, 0}, {1, 2, 0}, {2, 1, 0}, {0, 0, 9}};
        int[] labels = {0, 1, 1, 2};
        double[][] rows = new double[4][];
        for (int i = 0; i < 4; i++) {
            rows[i] = auc.row(new float[][] {scores[i]}, labelled(labels[i]));
        }
        assertThat(auc.value(rows)).isCloseTo(1, within(1e-12));
        rows[2] = auc.row(new float[][] {{4, 0, 0}}, labelled(1));
        // Class 0: 2 of 3 pairs. Class 1: 2 of 4 and two ties. Class 2: all.
        assertThat(auc.value(rows)).isCloseTo((2.0 / 3 + (2 + 0.5 * 2) / 4 + 1) / 3, within(1e-12));
    }
}
