package io.selvedge.compress.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.ReferenceEvaluator;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.Verifier;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
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
        List<Map<String, Tensor>> samples = SmallNets.samples(graph, 3);
        assertThat(new Damage(graph, samples).of(graph)).isZero();
        List<LayerPruning.Finding> findings = new LayerPruning(graph, samples).findings(graph, PruneProgress.SILENT);
        assertThat(findings)
                .hasSize(9)
                .isSortedAccordingTo(Comparator.comparingDouble(
                        finding -> finding.damage() / finding.cut().macs()))
                .allSatisfy(finding -> assertThat(finding.damage()).isPositive());
        // Any of them saves enough: what it saves beyond that does not count.
        assertThat(findings.stream()
                        .sorted(LayerPruning.cheapest(finding -> finding.cut().macs(), 1)))
                .isSortedAccordingTo(Comparator.comparingDouble(LayerPruning.Finding::damage))
                .isNotEqualTo(findings);
    }

    @Test
    void layers_behind_a_cut_get_their_statistics_back_and_what_is_in_front_stays() {
        List<Map<String, Tensor>> samples = SmallNets.samples(graph, 8);
        MatchedStatistics statistics = new MatchedStatistics(graph, samples);
        assertThat(statistics.of(graph)).isSameAs(graph);
        Graph shorter = cut("a_1", "a_2").apply(graph);
        Graph matched = statistics.of(shorter);
        double[] wanted = moments(graph, samples);
        double[] without = moments(shorter, samples);
        double[] found = moments(matched, samples);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(found[i]).isCloseTo(wanted[i], Offset.offset(1e-3 * (1 + Math.abs(wanted[i]))));
        }
        assertThat(without).isNotEqualTo(wanted);
        Graph late = cut("c_1", "c_2").apply(graph);
        assertThat(statistics.of(late).constant("b_1_w")).isEqualTo(graph.constant("b_1_w"));
    }

    /** Mean and mean square of each channel of a layer behind the first block. */
    private static double[] moments(Graph of, List<Map<String, Tensor>> samples) {
        String value = of.nodes().stream()
                .filter(node -> node.name().equals("b_1"))
                .findFirst()
                .orElseThrow()
                .output();
        int channels = of.type(value).shape().extent(1);
        double[] moments = new double[2 * channels];
        for (Map<String, Tensor> sample : samples) {
            ReferenceEvaluator.run(of, sample, (name, tensor) -> {
                if (name.equals(value)) {
                    float[] all = tensor.toFloats();
                    int inner = all.length / channels;
                    for (int i = 0; i < all.length; i++) {
                        moments[i / inner] += all[i] / (double) inner / samples.size();
                        moments[channels + i / inner] += all[i] * (double) all[i] / inner / samples.size();
                    }
                }
            });
        }
        return moments;
    }

    @Test
    void a_share_of_the_depth_goes_until_nothing_can() {
        LayerPruning pruning = new LayerPruning(graph, SmallNets.samples(graph, 4));
        Graph shallow = pruning.ofDepth(graph, 0.7, PruneProgress.SILENT);
        Verifier.verify(shallow);
        assertThat(layers(shallow)).isLessThanOrEqualTo((long) Math.ceil(0.7 * layers(graph)));
        assertThat(shallow.type("logits")).isEqualTo(graph.type("logits"));
        assertThatThrownBy(() -> pruning.ofDepth(graph, 0.01, PruneProgress.SILENT))
                .isInstanceOf(SelvedgeException.class)
                .hasMessageContaining("give a larger share");
    }

    private static long layers(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> GraphCost.macs(graph, node) > 0)
                .count();
    }
}
