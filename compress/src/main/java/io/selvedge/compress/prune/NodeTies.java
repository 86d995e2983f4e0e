package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.op.DequantizeLinear;
import java.util.Map;
import java.util.Optional;

/** The axes of one node's inputs and outputs, to be tied or pinned by the rules of its operator. */
final class NodeTies {
    private final Graph graph;
    private final Cells cells;
    private final Map<Axis, Role> roles;
    private final Map<String, Node> producers;
    private final Node node;

    NodeTies(Graph graph, Cells cells, Map<Axis, Role> roles, Map<String, Node> producers, Node node) {
        this.graph = graph;
        this.cells = cells;
        this.roles = roles;
        this.producers = producers;
        this.node = node;
    }

    Node node() {
        return node;
    }

    /** An axis as a run of cells. */
    record Line(int first, int extent) {}

    int[] inputExtents(int input) {
        return graph.type(node.input(input)).shape().extents();
    }

    int[] outputExtents(int output) {
        return graph.type(node.outputs().get(output)).shape().extents();
    }

    Line input(int input, int axis) {
        return line(Place.read(graph, node, input), axis, inputExtents(input)[axis]);
    }

    Line output(int output, int axis) {
        return line(Place.value(node.outputs().get(output)), axis, outputExtents(output)[axis]);
    }

    private Line line(Place place, int axis, int extent) {
        return new Line(cells.first(new Axis(place, axis), extent), extent);
    }

    /** Position by position. */
    void tie(Line a, Line b) {
        tie(a, 0, b, 0, a.extent());
        if (a.extent() != b.extent()) {
            throw new IllegalStateException(where() + " ties " + a.extent() + " positions to " + b.extent());
        }
    }

    /** {@code count} positions of one from one offset with those of the other from another. */
    void tie(Line a, int fromA, Line b, int fromB, int count) {
        for (int i = 0; i < count; i++) {
            cells.tie(a.first() + fromA + i, b.first() + fromB + i);
        }
    }

    void tie(Line a, int positionA, Line b, int positionB) {
        tie(a, positionA, b, positionB, 1);
    }

    void pin(Line line, String why) {
        for (int i = 0; i < line.extent(); i++) {
            cells.pin(line.first() + i, where() + " " + why);
        }
    }

    boolean isFree(Line line) {
        for (int i = 0; i < line.extent(); i++) {
            if (cells.pinned(line.first() + i).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Pins every axis of everything that the node reads and makes. */
    void pinAll(String why) {
        for (int input = 0; input < node.inputs().size(); input++) {
            if (node.hasInput(input)) {
                for (int axis = 0; axis < inputExtents(input).length; axis++) {
                    pin(input(input, axis), why);
                }
            }
        }
        for (int output = 0; output < node.outputs().size(); output++) {
            if (!node.outputs().get(output).isEmpty()) {
                for (int axis = 0; axis < outputExtents(output).length; axis++) {
                    pin(output(output, axis), why);
                }
            }
        }
    }

    /** The constant behind an input, through a DequantizeLinear; empty for what is computed from the graph's inputs. */
    Optional<Place> weight(int input) {
        Place place = Place.read(graph, node, input);
        if (place.isConstant()) {
            return Optional.of(place);
        }
        return Optional.ofNullable(producers.get(place.value()))
                .filter(producer -> producer.op() instanceof DequantizeLinear)
                .map(producer -> Place.read(graph, producer, 0))
                .filter(Place::isConstant);
    }

    void role(Place weight, int axis, Role role) {
        roles.put(new Axis(weight, axis), role);
    }

    String where() {
        return node.op().type() + " '" + node.name() + "'";
    }
}
