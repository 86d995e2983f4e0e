package io.selvedge.compress.prune;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;

/**
 * A tensor as pruning sees it: a value, or one node's reading of a constant. Two nodes may read one constant (a shared zero, equal
 * biases merged by a pass) and yet be cut differently, so every reading stands for itself.
 *
 * @param reader name of the node that reads the constant; empty for a value
 * @param input position among the reader's inputs
 */
public record Place(String value, String reader, int input) {
    /** What a node reads at one of its inputs. */
    static Place read(Graph graph, Node node, int input) {
        String value = node.input(input);
        return graph.isConstant(value) ? new Place(value, node.name(), input) : new Place(value, "", 0);
    }

    /** A value that a node makes or the graph takes. */
    static Place value(String value) {
        return new Place(value, "", 0);
    }

    /** Whether it is the reading of a constant. */
    public boolean isConstant() {
        return !reader.isEmpty();
    }
}
