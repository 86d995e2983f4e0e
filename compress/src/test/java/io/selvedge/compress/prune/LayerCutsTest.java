package io.selvedge.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Verifier;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerCutsTest {
    private final Graph graph = SmallNets.residual(4);

    private LayerCut cut(String... layers) {
        return LayerCuts.of(graph).stream()
                .filter(cut -> cut.nodes().containsAll(List.of(layers)))
                .min(java.util.Comparator.comparingInt(cut -> cut.nodes().size()))
                .orElseThrow();
    }

    @Test
    void branches_projections_and_layers_of_equal_shape_can_go() {
        assertThat(LayerCuts.of(graph).stream().map(LayerCut::nodes).map(nodes -> String.join(" ", nodes)))
                .containsExactlyInAnyOrder(
                        "a_1 a_relu a_2 a_sum",
                        "b_1 b_relu b_2 b_sum",
                        "b_skip b_sum",
                        "c_1 c_relu c_2 c_sum",
                        "a_1 a_relu",
                        "a_2",
                        "b_2",
                        "c_1 c_relu",
                        "c_2");
    }

    @Test
    void a_residual_block_without_its_branch_is_its_input() {
        LayerCut cut = cut("a_1", "a_2");
        Graph shorter = cut.apply(graph);
        Verifier.verify(shorter);
        assertThat(GraphCost.of(shorter).macs()).isEqualTo(GraphCost.of(graph).macs() - cut.macs());
        assertThat(shorter.constants()).doesNotContainKeys("a_1_w", "a_2_w");
        // Weights of zero in the branch's last layer say the same.
        Graph masked = Masking.apply(graph, java.util.Map.of("a_2_w", new float[4 * 4 * 9], "a_2_b", new float[4]));
        SmallNets.samples(graph, 2)
                .forEach(sample -> assertThat(ReferenceEvaluator.run(shorter, sample))
                        .isEqualTo(ReferenceEvaluator.run(masked, sample)));
    }

    @Test
    void every_cut_leaves_a_graph_with_the_same_inputs_and_outputs() {
        for (LayerCut cut : LayerCuts.of(graph)) {
            Graph shorter = cut.apply(graph);
            Verifier.verify(shorter);
            assertThat(shorter.inputs()).isEqualTo(graph.inputs());
            assertThat(shorter.outputs()).isEqualTo(graph.outputs());
            assertThat(shorter.type("logits")).isEqualTo(graph.type("logits"));
            assertThat(GraphCost.of(shorter).macs())
                    .isEqualTo(GraphCost.of(graph).macs() - cut.macs());
        }
        for (int seed = 0; seed < 200; seed++) {
            Graph random = RandomNetwork.of(seed);
            for (LayerCut cut : LayerCuts.of(random)) {
                Verifier.verify(cut.apply(random));
            }
        }
    }

    @Test
    void findings_come_with_the_cheapest_first_and_the_original_loses_nothing() {
        Damage damage = new Damage(graph, SmallNets.samples(graph, 3));
        assertThat(damage.of(graph)).isZero();
        List<LayerPruning.Finding> findings = new LayerPruning(damage).findings(graph, PruneProgress.SILENT);
        assertThat(findings)
                .hasSize(9)
                .isSortedAccordingTo(java.util.Comparator.comparingDouble(
                        finding -> finding.damage() / finding.cut().macs()));
        assertThat(findings).allSatisfy(finding -> assertThat(finding.damage()).isPositive());
    }
}
