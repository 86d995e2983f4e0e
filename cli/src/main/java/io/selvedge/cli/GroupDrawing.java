package io.selvedge.cli;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphCost;
import io.selvedge.compress.prune.Axis;
import io.selvedge.compress.prune.Barrier;
import io.selvedge.compress.prune.Group;
import io.selvedge.compress.prune.Groups;
import io.selvedge.compress.prune.Removal;
import io.selvedge.compress.prune.Widths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Groups of layers as one would draw them: who writes the channels on the left, who reads them on the right. */
record GroupDrawing(Graph graph, Groups groups, Widths widths) {
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        int number = 1;
        for (Group group : groups.groups()) {
            lines.add("Group " + number++ + ": " + count(group));
            lines.addAll(drawing(group));
            lines.add("    " + price(group));
            lines.add("");
        }
        lines.addAll(barriers());
        return lines;
    }

    private static String count(Group group) {
        int slices = group.slices().size();
        return group.width() == 1 ? slices + " channels" : slices + " times " + group.width() + " channels";
    }

    private static List<String> drawing(Group group) {
        List<String> left = names(group.writers());
        List<String> right = names(group.readers());
        int width = left.stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < Math.max(left.size(), right.size()); row++) {
            String name = row < left.size() ? left.get(row) : "";
            String line = "    " + name + " ".repeat(width - name.length()) + " "
                    + joint(row, left.size(), "-", ".", "|", "'")
                    + (row == 0 ? "--" : "  ") + joint(row, right.size(), "-", ".", "|", "'") + " "
                    + (row < right.size() ? right.get(row) : "");
            lines.add(line.stripTrailing());
        }
        return lines;
    }

    private static String joint(int row, int count, String only, String first, String middle, String last) {
        if (row >= count) {
            return " ";
        }
        return count == 1 ? only : row == 0 ? first : row == count - 1 ? last : middle;
    }

    private static List<String> names(List<Axis> axes) {
        return axes.stream().map(axis -> axis.place().reader()).distinct().toList();
    }

    private String price(Group group) {
        GraphCost full = GraphCost.of(graph);
        GraphCost less = GraphCost.of(Removal.of(graph, group.slices().subList(0, 1)));
        List<Integer> allowed = widths.of(group);
        String to = allowed.size() == 1
                ? "stays: no whole vector of " + widths.lanes() + " less"
                : "can keep "
                        + allowed.stream().skip(1).limit(8).map(String::valueOf).collect(Collectors.joining(", "))
                        + (allowed.size() > 9 ? ", ... " + allowed.getLast() : "");
        return String.format(
                Locale.ROOT,
                "each %,d parameters, %,d multiply-accumulates; %s",
                full.parameters() - less.parameters(),
                full.macs() - less.macs(),
                to);
    }

    private List<String> barriers() {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (Barrier barrier : groups.barriers()) {
            byReason.computeIfAbsent(barrier.why(), _ -> new ArrayList<>())
                    .add(barrier.layer() + " (" + barrier.channels() + ")");
        }
        List<String> lines = new ArrayList<>();
        byReason.forEach((why, layers) -> lines.add("Stays, because " + why + ": " + String.join(", ", layers)));
        return lines;
    }
}
