package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Removes layers one after the other, each time the one that is missed least for what it saves. */
public final class LayerPruning {
    private final Damage damage;

    /** What one more cut would do. */
    public record Finding(LayerCut cut, double damage) {
        /** Damage for a multiply-accumulate saved. */
        double price() {
            return damage / cut.macs();
        }
    }

    public LayerPruning(Damage damage) {
        this.damage = damage;
    }

    /** Every cut of a graph with the damage that it does against the original, the cheapest first. */
    public List<Finding> findings(Graph graph, PruneProgress progress) {
        List<Finding> findings = new ArrayList<>();
        List<LayerCut> cuts = LayerCuts.of(graph);
        for (LayerCut cut : cuts) {
            findings.add(new Finding(cut, damage.of(cut.apply(graph))));
            progress.report(findings.size(), cuts.size());
        }
        findings.sort(Comparator.comparingDouble(Finding::price));
        return findings;
    }
}
