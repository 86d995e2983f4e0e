package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many slices of each group are kept. */
public record Cut(Map<Group, Integer> kept) {
    public Cut {
        kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
    }

    /** The graph with the least important slices removed. */
    public Graph apply(Graph graph, Ranking ranking) {
        List<Slice> slices = new ArrayList<>();
        kept.forEach((group, count) -> slices.addAll(ranking.cut(group, count)));
        return Removal.of(graph, slices);
    }

    /** The same with another number for one group. */
    Cut with(Group group, int count) {
        Map<Group, Integer> changed = new LinkedHashMap<>(kept);
        changed.put(group, count);
        return new Cut(changed);
    }

    /** Whether everything is kept. */
    public boolean isEmpty() {
        return kept.entrySet().stream()
                .allMatch(entry -> entry.getValue() == entry.getKey().slices().size());
    }
}
