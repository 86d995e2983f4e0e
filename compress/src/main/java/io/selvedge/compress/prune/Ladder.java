package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * Cuts from everything kept down to one vector in each group. Every rung takes the group and the width that cost least for what
 * they save: {@code (damage after - damage before) / (cost before - cost after)}, measured for each group alone.
 */
public final class Ladder {
    /** One width of a group: what it damages and what it saves. */
    private record Width(int kept, double damage, double saved) {}

    private final Graph graph;
    private final Ranking ranking;
    private final Map<Group, List<Width>> measured = new LinkedHashMap<>();
    private final List<Cut> rungs = new ArrayList<>();

    /**
     * Measures every width of every group.
     *
     * @param damage on samples; without it the share of a group's importance stands for it
     * @param cost what is to be saved: multiply-accumulates or bytes
     */
    public Ladder(
            Graph graph,
            Ranking ranking,
            Widths widths,
            Optional<Damage> damage,
            ToDoubleFunction<GraphCost> cost,
            PruneProgress progress) {
        this.graph = graph;
        this.ranking = ranking;
        double full = cost.applyAsDouble(GraphCost.of(graph));
        Map<Group, Integer> all = new LinkedHashMap<>();
        ranking.groups().forEach(group -> all.put(group, group.slices().size()));
        Cut none = new Cut(all);
        int total = ranking.groups().stream()
                .mapToInt(group -> widths.of(group).size())
                .sum();
        int done = 0;
        for (Group group : ranking.groups()) {
            List<Width> own = new ArrayList<>();
            for (int kept : widths.of(group)) {
                Graph cut = none.with(group, kept).apply(graph, ranking);
                double lost = cut == graph ? 0 : damage.map(d -> d.of(cut)).orElseGet(() -> ranking.lost(group, kept));
                own.add(new Width(kept, lost, full - cost.applyAsDouble(GraphCost.of(cut))));
                progress.report(++done, total);
            }
            measured.put(group, own);
        }
        climb(none);
    }

    private void climb(Cut start) {
        Map<Group, Integer> at = new LinkedHashMap<>();
        measured.keySet().forEach(group -> at.put(group, 0));
        Cut current = start;
        rungs.add(current);
        while (true) {
            Optional<Group> best = Optional.empty();
            int to = 0;
            double least = Double.POSITIVE_INFINITY;
            for (Map.Entry<Group, List<Width>> entry : measured.entrySet()) {
                List<Width> own = entry.getValue();
                int from = Objects.requireNonNull(at.get(entry.getKey()));
                for (int i = from + 1; i < own.size(); i++) {
                    double saved = own.get(i).saved() - own.get(from).saved();
                    double price = (own.get(i).damage() - own.get(from).damage()) / Math.max(saved, 1e-9);
                    if (price < least) {
                        least = price;
                        best = Optional.of(entry.getKey());
                        to = i;
                    }
                }
            }
            if (best.isEmpty()) {
                return;
            }
            at.put(best.get(), to);
            current = current.with(
                    best.get(),
                    Objects.requireNonNull(measured.get(best.get())).get(to).kept());
            rungs.add(current);
        }
    }

    /** From everything kept, each with less than the one before. */
    public List<Cut> rungs() {
        return List.copyOf(rungs);
    }

    /** The graph of a rung. */
    public Graph graph(Cut rung) {
        return rung.apply(graph, ranking);
    }

    /**
     * The first rung whose graph costs at most so much, found by halving, costs being taken to fall along the rungs; then every
     * group gets back what still fits, the one that is damaged most first, because a rung may be a long way below the one before.
     *
     * @param cost multiply-accumulates, bytes or measured microseconds
     */
    public Optional<Cut> within(ToDoubleFunction<Graph> cost, double most) {
        int low = 0;
        int high = rungs.size();
        while (low < high) {
            int middle = (low + high) / 2;
            if (cost.applyAsDouble(graph(rungs.get(middle))) <= most) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == rungs.size()
                ? Optional.empty()
                : Optional.of(widened(rungs.get(low), cut -> cost.applyAsDouble(graph(cut)) <= most));
    }

    private Cut widened(Cut narrow, Predicate<Cut> fits) {
        List<Group> worstFirst = measured.keySet().stream()
                .sorted(Comparator.comparingDouble(
                        group -> -measuredAt(group, narrow).damage()))
                .toList();
        Cut cut = narrow;
        for (Group group : worstFirst) {
            List<Width> own = Objects.requireNonNull(measured.get(group));
            int low = 0;
            int high = own.indexOf(measuredAt(group, cut));
            while (low < high) {
                int middle = (low + high) / 2;
                if (fits.test(cut.with(group, own.get(middle).kept()))) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            cut = cut.with(group, own.get(high).kept());
        }
        return cut;
    }

    private Width measuredAt(Group group, Cut cut) {
        return Objects.requireNonNull(measured.get(group)).stream()
                .filter(width ->
                        width.kept() == Objects.requireNonNull(cut.kept().get(group)))
                .findFirst()
                .orElseThrow();
    }
}
