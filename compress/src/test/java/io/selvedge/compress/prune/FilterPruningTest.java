package io.selvedge.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FilterPruningTest {
    private final Graph graph = SmallNets.residual(8);
    private final Groups groups = Groups.of(graph);

    private FilterPruning pruning(int lanes) {
        return new FilterPruning(graph, groups, new L1Norm(), new Widths(lanes));
    }

    private static FilterPruning.Limit macs(long most) {
        return new FilterPruning.Limit(
                "multiply-accumulates", g -> GraphCost.of(g).macs(), most);
    }

    @Test
    void layers_around_a_sum_are_one_group_and_each_inner_layer_its_own() {
        assertThat(groups.groups())
                .extracting(group -> group.writers().stream()
                        .map(axis -> axis.place().reader())
                        .toList())
                .containsExactly(
                        List.of("stem", "a_2"),
                        List.of("a_1"),
                        List.of("b_1"),
                        List.of("b_2", "b_skip", "c_2"),
                        List.of("c_1"));
        assertThat(groups.groups()).extracting(group -> group.slices().size()).containsExactly(8, 8, 16, 16, 16);
        assertThat(groups.barriers()).containsExactly(new Barrier("logits", 5, "it is the graph's output 'logits'"));
    }

    @Test
    void a_ratio_of_each_layer_is_rounded_to_whole_vectors() {
        assertThat(pruning(4).ratio(0.6, false).kept().values()).containsExactly(4, 4, 8, 8, 8);
        assertThat(pruning(8).ratio(0.4, false).kept().values()).containsExactly(8, 8, 8);
        assertThat(pruning(1).ratio(0.99, false).kept().values()).containsExactly(1, 1, 1, 1, 1);
    }

    @Test
    void layers_keep_the_channels_that_are_asked_for_and_all_others_stay() {
        Cut cut = pruning(1).keeping(Map.of("a_1", 3, "b_skip", 12));
        assertThat(cut.kept().values()).containsExactly(8, 3, 16, 12, 16);
        Verifier.verify(pruning(1).apply(cut));
        for (Map<String, Integer> wrong : List.of(Map.of("nobody", 3), Map.of("a_1", 9), Map.of("a_1", 0))) {
            assertThatExceptionOfType(SelvedgeException.class)
                    .isThrownBy(() -> pruning(4).keeping(wrong))
                    .withMessageContaining(wrong.containsKey("nobody") ? "a_1 (8)" : "1 to 8");
        }
    }

    @Test
    void a_global_ratio_takes_that_share_of_all_channels() {
        Cut cut = pruning(1).ratio(0.5, true);
        assertThat(cut.kept().values().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(32);
        Verifier.verify(pruning(1).apply(cut));
    }

    @Test
    void the_filters_with_the_smallest_weights_go() {
        Group inner = groups.groups().get(1);
        Tensor w = graph.constant("a_1_w").orElseThrow();
        Tensor scaled = Tensor.filled(w.type(), i -> w.getDouble(i) * (i / (w.elements() / 8) == 3 ? 1e-3 : 1));
        Graph weak = graph.with(
                graph.nodes(),
                java.util.stream.Stream.concat(
                                graph.constants().entrySet().stream()
                                        .filter(e -> !e.getKey().equals("a_1_w")),
                                Map.of("a_1_w", scaled).entrySet().stream())
                        .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                graph.types());
        for (Criterion criterion : List.of(new L1Norm(), new L2Norm(), ones(weak))) {
            assertThat(new Ranking(weak, List.of(inner), criterion).cut(inner, 7))
                    .as(criterion.name())
                    .containsExactly(inner.slices().get(3));
        }
    }

    private static TaylorExpansion ones(Graph graph) {
        Map<String, float[]> importance = new java.util.HashMap<>();
        graph.constants().forEach((name, w) -> {
            float[] each = w.toFloats();
            for (int i = 0; i < each.length; i++) {
                each[i] = Math.abs(each[i]);
            }
            importance.put(name, each);
        });
        return new TaylorExpansion(importance);
    }

    @Test
    void the_filter_nearest_to_all_others_goes_first_by_geometric_median() {
        Group inner = groups.groups().get(1);
        double[] scores = new GeometricMedian().scores(graph, inner);
        Tensor w = graph.constant("a_1_w").orElseThrow();
        int size = w.elements() / 8;
        for (int a = 0; a < 8; a++) {
            double sum = 0;
            for (int b = 0; b < 8; b++) {
                double square = 0;
                for (int i = 0; i < size; i++) {
                    square += Math.pow(w.getDouble(a * size + i) - w.getDouble(b * size + i), 2);
                }
                sum += Math.sqrt(square);
            }
            assertThat(scores[a]).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    @Test
    void gamma_without_batch_norms_says_what_to_use_instead() {
        assertThatExceptionOfType(SelvedgeException.class)
                .isThrownBy(() -> new FilterPruning(graph, groups, new BatchNormGamma(), new Widths(4)))
                .withMessageContaining("use l1, l2, median or taylor");
        assertThatExceptionOfType(SelvedgeException.class)
                .isThrownBy(() -> CriterionCatalog.named("taylor", Optional.empty()))
                .withMessageContaining("needs gradients");
    }

    @Test
    void a_budget_is_met_with_no_more_than_it_takes() {
        long full = GraphCost.of(graph).macs();
        FilterPruning pruning = pruning(4);
        for (Optional<Damage> damage :
                List.of(Optional.<Damage>empty(), Optional.of(new Damage(graph, SmallNets.samples(graph, 3))))) {
            Cut cut = pruning.within(macs(full / 2), GraphCost::macs, damage, PruneProgress.SILENT);
            long macs = GraphCost.of(pruning.apply(cut)).macs();
            assertThat(macs).isBetween(full / 4, full / 2);
            for (Group group : cut.kept().keySet()) {
                int kept = java.util.Objects.requireNonNull(cut.kept().get(group));
                if (kept < group.slices().size()) {
                    Graph wider = pruning.apply(
                            cut.with(group, Math.min(kept + 4, group.slices().size())));
                    assertThat(GraphCost.of(wider).macs()).as(group.name()).isGreaterThan(full / 2);
                }
            }
        }
        Cut whole = pruning.within(macs(full), GraphCost::macs, Optional.empty(), PruneProgress.SILENT);
        assertThat(whole.isEmpty()).isTrue();
        assertThat(pruning.apply(whole)).isSameAs(graph);
    }

    @Test
    void a_budget_that_nothing_meets_says_what_is_left() {
        assertThatExceptionOfType(SelvedgeException.class)
                .isThrownBy(() -> pruning(4).within(macs(100), GraphCost::macs, Optional.empty(), PruneProgress.SILENT))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_CANDIDATE_FITS))
                .withMessageContaining("and 100 are allowed");
    }

    @Test
    void ratios_that_empty_a_layer_or_change_nothing_are_refused() {
        for (double ratio : new double[] {0, 1, -0.5, Double.NaN, 0.05}) {
            assertThatExceptionOfType(SelvedgeException.class)
                    .as("%s", ratio)
                    .isThrownBy(() -> pruning(8).ratio(ratio, false))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_OPTION));
        }
    }

    @Test
    void one_vector_everywhere_is_nothing_to_cut() {
        assertThatExceptionOfType(SelvedgeException.class)
                .isThrownBy(() -> pruning(16))
                .withMessageContaining("--round-to")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_CANDIDATE_FITS));
    }
}
