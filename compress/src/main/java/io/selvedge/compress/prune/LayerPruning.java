package io.selvedge.compress.prune;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Removes layers one after the other, each time the one that is missed least for what it saves of what has to be saved. */
public final class LayerPruning {
    private final Damage damage;
    private final MatchedStatistics statistics;

    /**
     * What one more cut would do.
     *
     * @param shorter the graph without the layers, those behind with the statistics that they had
     * @param damage of that graph against the original
     */
    public record Finding(LayerCut cut, Graph shorter, double damage) {}

    /** @param samples inputs of the original */
    public LayerPruning(Graph original, List<Map<String, Tensor>> samples) {
        this.damage = new Damage(original, samples);
        this.statistics = new MatchedStatistics(original, samples);
    }

    /** Every cut of a graph with the damage that it does against the original, that first which does least for an operation saved. */
    public List<Finding> findings(Graph graph, PruneProgress progress) {
        List<Finding> findings = new ArrayList<>();
        List<LayerCut> cuts = LayerCuts.of(graph);
        for (LayerCut cut : cuts) {
            Graph shorter = statistics.of(cut.apply(graph));
            findings.add(new Finding(cut, shorter, damage.of(shorter)));
            progress.report(findings.size(), cuts.size());
        }
        findings.sort(cheapest(finding -> finding.cut().macs(), Double.POSITIVE_INFINITY));
        return findings;
    }

    /**
     * A shallower graph of the same kind: layers go one after the other, each time the one that is missed least for an operation
     * saved, until so few of those that multiply are left.
     *
     * @param share of the layers that multiply which may stay, in (0, 1)
     * @throws SelvedgeException NO_CANDIDATE_FITS when no further one can go
     */
    public Graph ofDepth(Graph graph, double share, PruneProgress progress) {
        long all = layers(graph);
        long most = (long) Math.ceil(share * all);
        Graph current = graph;
        while (layers(current) > most) {
            List<Finding> findings = findings(current, progress);
            if (findings.isEmpty()) {
                throw new SelvedgeException(
                        ErrorCode.NO_CANDIDATE_FITS,
                        "of " + all + " layers " + layers(current) + " are left and none of these can go, so that "
                                + most
                                + " are out of reach: a layer can go where its output has its input's shape, or beside "
                                + "another branch of a sum; give a larger share");
            }
            current = findings.getFirst().shorter();
        }
        return current;
    }

    private static long layers(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> GraphCost.macs(graph, node) > 0)
                .count();
    }

    /**
     * Damage for what is saved, as far as it has to be: a cut that saves more than is needed is no better for that.
     *
     * @param saving of a cut, in any unit
     * @param needed what has to be saved altogether
     */
    public static Comparator<Finding> cheapest(ToDoubleFunction<Finding> saving, double needed) {
        return Comparator.comparingDouble(finding -> {
            double saved = Math.min(saving.applyAsDouble(finding), needed);
            return saved > 0 ? finding.damage() / saved : Double.POSITIVE_INFINITY;
        });
    }
}
