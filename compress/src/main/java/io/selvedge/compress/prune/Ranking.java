package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** The slices of every group, the least important first, with scores that can be compared between groups. */
public final class Ranking {
    private record Ranked(List<Slice> slices, double[] scores) {}

    private final Map<Group, Ranked> groups = new LinkedHashMap<>();

    /** @throws io.selvedge.compiler.diag.SelvedgeException as {@link Criterion#scores} */
    public Ranking(Graph graph, List<Group> groups, Criterion criterion) {
        for (Group group : groups) {
            double[] scores = Scores.normalized(criterion.scores(graph, group));
            int[] order = IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> scores[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            this.groups.put(
                    group,
                    new Ranked(
                            IntStream.of(order).mapToObj(group.slices()::get).toList(),
                            IntStream.of(order).mapToDouble(i -> scores[i]).toArray()));
        }
    }

    public List<Group> groups() {
        return List.copyOf(groups.keySet());
    }

    /** What goes when so many slices of a group are kept. */
    public List<Slice> cut(Group group, int kept) {
        return ranked(group).slices().subList(0, group.slices().size() - kept);
    }

    /** Share of the group's importance that goes then, 0..1. */
    double lost(Group group, int kept) {
        double[] scores = ranked(group).scores();
        double gone = 0;
        double all = 0;
        for (int i = 0; i < scores.length; i++) {
            all += scores[i];
            gone += i < scores.length - kept ? scores[i] : 0;
        }
        return all > 0 ? gone / all : (double) (scores.length - kept) / scores.length;
    }

    /** How many of each group stay when the least important share of all channels goes, whichever group they are in. */
    Map<Group, Double> keptGlobally(double ratio) {
        record Candidate(Group group, double score) {}
        List<Candidate> all = new ArrayList<>();
        groups.forEach((group, ranked) -> {
            for (double score : ranked.scores()) {
                all.add(new Candidate(group, score));
            }
        });
        all.sort(Comparator.comparingDouble(Candidate::score));
        double channels =
                all.stream().mapToInt(candidate -> candidate.group().width()).sum() * ratio;
        Map<Group, Double> kept = new LinkedHashMap<>();
        groups.keySet().forEach(group -> kept.put(group, (double) group.slices().size()));
        for (Candidate candidate : all) {
            channels -= candidate.group().width();
            if (channels < 0) {
                break;
            }
            kept.merge(candidate.group(), -1.0, Double::sum);
        }
        return kept;
    }

    private Ranked ranked(Group group) {
        return Objects.requireNonNull(groups.get(group));
    }
}
