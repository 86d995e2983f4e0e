package io.selvedge.compress.prune;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Removes channels from a graph: so many of each layer, so many of all, or as few as a budget wants. */
public final class FilterPruning {
    private final Graph graph;
    private final Ranking ranking;
    private final Widths widths;

    /** What a cut must keep within. */
    public record Limit(String what, ToDoubleFunction<Graph> cost, double most) {}

    /**
     * Ranks the channels of a graph.
     *
     * @throws SelvedgeException NO_CANDIDATE_FITS when no group has a width below its own, and as {@link Criterion#scores}
     */
    public FilterPruning(Graph graph, Groups groups, Criterion criterion, Widths widths) {
        this.graph = graph;
        this.widths = widths;
        List<Group> prunable = groups.groups().stream()
                .filter(group -> widths.of(group).size() > 1)
                .toList();
        if (prunable.isEmpty()) {
            throw new SelvedgeException(ErrorCode.NO_CANDIDATE_FITS, nothing(groups, widths));
        }
        this.ranking = new Ranking(graph, prunable, criterion);
    }

    private static String nothing(Groups groups, Widths widths) {
        return groups.groups().isEmpty()
                ? "no layer has channels that can be cut"
                        + groups.barriers().stream()
                                .findFirst()
                                .map(barrier -> "; '" + barrier.layer() + "' for one keeps its channels because "
                                        + barrier.why())
                                .orElse("")
                : "every group of layers has one vector of " + widths.lanes()
                        + " channels or less already; give a smaller --round-to, or see --show-groups";
    }

    public Ranking ranking() {
        return ranking;
    }

    /**
     * The least important share of the channels.
     *
     * @param global over all layers together; else of each layer alone
     * @throws SelvedgeException BAD_OPTION for a ratio outside 0..1 or when rounding to whole vectors leaves everything
     */
    public Cut ratio(double ratio, boolean global) {
        if (!(ratio > 0 && ratio < 1)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--ratio is the share of channels that goes, above 0 and below 1 (1 would empty every layer); got "
                            + ratio);
        }
        Map<Group, Integer> kept = new LinkedHashMap<>();
        Map<Group, Double> wanted = ranking.keptGlobally(ratio);
        for (Group group : ranking.groups()) {
            double own = global
                    ? java.util.Objects.requireNonNull(wanted.get(group))
                    : group.slices().size() * (1 - ratio);
            kept.put(group, widths.nearest(group, own));
        }
        Cut cut = new Cut(kept);
        if (cut.isEmpty()) {
            throw new SelvedgeException(
                    ErrorCode.BAD_OPTION,
                    "--ratio " + ratio + " removes less than half a vector of " + widths.lanes()
                            + " channels from every layer, which rounds to nothing; give more, or a smaller --round-to");
        }
        return cut;
    }

    /**
     * So many channels of these layers, the most important ones; all others stay.
     *
     * @param channels by the name of a layer that writes them
     * @throws SelvedgeException BAD_OPTION for a layer that has none to cut, or a number that it cannot keep
     */
    public Cut keeping(Map<String, Integer> channels) {
        Map<Group, Integer> kept = new LinkedHashMap<>();
        ranking.groups().forEach(group -> kept.put(group, group.slices().size()));
        channels.forEach((layer, count) -> {
            Group group = ranking.groups().stream()
                    .filter(each -> each.layers().contains(layer))
                    .findFirst()
                    .orElseThrow(() -> new SelvedgeException(
                            ErrorCode.BAD_OPTION,
                            "'" + layer + "' has no channels that can be cut; these have: "
                                    + ranking.groups().stream()
                                            .map(each ->
                                                    String.join(" + ", each.layers()) + " (" + each.channels() + ")")
                                            .collect(Collectors.joining(", "))));
            if (count < 1 || count > group.channels() || count % group.width() != 0) {
                throw new SelvedgeException(
                        ErrorCode.BAD_OPTION,
                        "'" + layer + "' can keep 1 to " + group.channels() + " channels"
                                + (group.width() > 1 ? ", a multiple of " + group.width() : "") + "; got " + count);
            }
            kept.put(group, count / group.width());
        });
        return new Cut(kept);
    }

    /**
     * As little as keeps the limit, where it is missed least.
     *
     * @param damage on samples; without it the criterion's scores say what is missed
     * @throws SelvedgeException NO_CANDIDATE_FITS when one vector in every layer is still too much
     */
    public Cut within(Limit limit, ToDoubleFunction<GraphCost> saves, Optional<Damage> damage, PruneProgress progress) {
        Ladder ladder = new Ladder(graph, ranking, widths, damage, saves, progress);
        return ladder.within(limit.cost(), limit.most())
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.NO_CANDIDATE_FITS,
                        "one vector of " + widths.lanes() + " channels in every layer that can be cut still needs "
                                + Math.round(limit.cost()
                                        .applyAsDouble(
                                                ladder.graph(ladder.rungs().getLast())))
                                + " " + limit.what() + ", and " + Math.round(limit.most())
                                + " are allowed; relax the limit, or remove layers first (compress layers)"));
    }

    /** The graph without what the cut leaves out. */
    public Graph apply(Cut cut) {
        return cut.apply(graph, ranking);
    }
}
