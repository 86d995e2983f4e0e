package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Squeeze;
import io.selvedge.compiler.op.Unsqueeze;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which channels of a graph go together. Every position along every axis of every tensor is a cell; operators tie cells of their
 * inputs to cells of their outputs ({@link OperatorTies}); what is connected is one slice, and can be cut out of all those tensors
 * without any other value changing its meaning. Slices through the same axes are a group. A slice that reaches the graph's inputs
 * or outputs, or an operator that needs all of an axis, stays.
 *
 * @see <a href="https://arxiv.org/abs/2301.12900">DepGraph: Towards Any Structural Pruning</a>, which ties layers, not positions
 */
public record Groups(List<Group> groups, List<Barrier> barriers) {
    public Groups {
        groups = List.copyOf(groups);
        barriers = List.copyOf(barriers);
    }

    /** The groups of a graph of plain operators whose shapes are static. */
    public static Groups of(Graph graph) {
        Cells cells = new Cells();
        Map<Axis, Role> roles = new LinkedHashMap<>();
        pinEnds(graph, cells);
        Map<String, Node> producers = graph.producers();
        List<NodeTies> reshapes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            NodeTies ties = new NodeTies(graph, cells, roles, producers, node);
            OperatorTies.apply(graph, ties);
            if (isReshape(node)) {
                reshapes.add(ties);
            }
        }
        settle(cells, reshapes);
        return new Groups(groups(cells, roles), barriers(cells, roles));
    }

    /** What the axes of the layers' constant weights are. */
    static Map<Axis, Role> roles(Graph graph) {
        Cells cells = new Cells();
        Map<Axis, Role> roles = new LinkedHashMap<>();
        Map<String, Node> producers = graph.producers();
        graph.nodes().forEach(node -> OperatorTies.apply(graph, new NodeTies(graph, cells, roles, producers, node)));
        return roles;
    }

    private static boolean isReshape(Node node) {
        return node.op() instanceof Reshape
                || node.op() instanceof Flatten
                || node.op() instanceof Squeeze
                || node.op() instanceof Unsqueeze;
    }

    private static void pinEnds(Graph graph, Cells cells) {
        graph.inputs().forEach(input -> pin(graph, cells, input, "it is the graph's input '" + input + "'"));
        graph.outputs().forEach(output -> pin(graph, cells, output, "it is the graph's output '" + output + "'"));
    }

    private static void pin(Graph graph, Cells cells, String value, String why) {
        int[] extents = graph.type(value).shape().extents();
        for (int axis = 0; axis < extents.length; axis++) {
            int first = cells.first(new Axis(Place.value(value), axis), extents[axis]);
            for (int i = 0; i < extents[axis]; i++) {
                cells.pin(first + i, why);
            }
        }
    }

    /** What is clear first: a choice at one reshape often decides the others. */
    private static void settle(Cells cells, List<NodeTies> reshapes) {
        long before;
        do {
            before = cells.changes();
            reshapes.forEach(ties -> ReshapeTies.apply(ties, false));
            if (before == cells.changes()) {
                for (NodeTies ties : reshapes) {
                    if (ReshapeTies.apply(ties, true)) {
                        break;
                    }
                }
            }
        } while (before != cells.changes());
    }

    private static List<Group> groups(Cells cells, Map<Axis, Role> roles) {
        Map<Set<Axis>, List<Slice>> byAxes = new LinkedHashMap<>();
        for (List<Cell> set : cells.free()) {
            Set<Axis> axes = new LinkedHashSet<>();
            set.forEach(cell -> axes.add(cell.axis()));
            if (axes.stream().anyMatch(axis -> roles.get(axis) == Role.WRITES)) {
                byAxes.computeIfAbsent(axes, _ -> new ArrayList<>()).add(new Slice(set));
            }
        }
        List<Group> groups = new ArrayList<>();
        byAxes.forEach((axes, slices) -> {
            Map<Axis, Role> own = new LinkedHashMap<>();
            roles.forEach((axis, role) -> {
                if (axes.contains(axis)) {
                    own.put(axis, role);
                }
            });
            if (slices.size() > 1) {
                groups.add(new Group(name(own), slices, own));
            }
        });
        return groups;
    }

    private static String name(Map<Axis, Role> roles) {
        return roles.entrySet().stream()
                .filter(entry -> entry.getValue() == Role.WRITES)
                .map(entry -> entry.getKey().place().reader())
                .findFirst()
                .orElseThrow();
    }

    private static List<Barrier> barriers(Cells cells, Map<Axis, Role> roles) {
        List<Barrier> barriers = new ArrayList<>();
        roles.forEach((axis, role) -> {
            if (role == Role.WRITES) {
                Map<String, Integer> kept = new TreeMap<>();
                for (int cell : cells.cells(axis).orElse(new int[0])) {
                    cells.pinned(cell).ifPresent(why -> kept.merge(why, 1, Integer::sum));
                }
                kept.forEach(
                        (why, count) -> barriers.add(new Barrier(axis.place().reader(), count, why)));
            }
        });
        return barriers;
    }
}
