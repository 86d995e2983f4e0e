package io.selvedge.train.fit;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import java.util.Optional;
import java.util.Set;

/**
 * Where a model's first output is compared with what is right.
 *
 * @param value in front of a last softmax or sigmoid, for losses that contain it
 * @param width values a sample
 */
record Head(String value, Kind kind, int width) {
    private static final Set<String> ONLY_SHAPE = Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity");

    /** What the values are. */
    enum Kind {
        /** One score a class. */
        CLASSES,
        /** One score, high for class 1. */
        BINARY,
        /** Values to hit. */
        VALUES
    }

    /** @param values whether they are values to hit, by the data */
    static Head of(Graph graph, boolean values) {
        String output = graph.outputs().getFirst();
        int width = Math.toIntExact(graph.type(output).shape().elements());
        if (values) {
            return new Head(output, Kind.VALUES, width);
        }
        String value = output;
        Optional<Node> node = Optional.ofNullable(graph.producers().get(value));
        while (node.isPresent() && ONLY_SHAPE.contains(node.get().op().type())) {
            value = node.get().input(0);
            node = Optional.ofNullable(graph.producers().get(value));
        }
        String squash = node.map(last -> last.op().type()).orElse("");
        boolean strips = squash.equals("Softmax") || (squash.equals("Sigmoid") && width == 1);
        return new Head(strips ? node.orElseThrow().input(0) : output, width == 1 ? Kind.BINARY : Kind.CLASSES, width);
    }
}
