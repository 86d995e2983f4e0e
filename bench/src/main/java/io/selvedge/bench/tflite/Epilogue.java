package io.selvedge.bench.tflite;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What follows an operator and goes into it: a Relu or a Clip to [0, 6], then a QuantizeLinear.
 *
 * @param activation as the format numbers it: 0 none, 1 Relu, 3 Relu6
 * @param value the float value that the operator with its activation computes
 * @param taken nodes that need no operator of their own
 */
record Epilogue(byte activation, String value, Optional<Node> quantize, List<Node> taken) {
    private static final byte NONE = 0;
    private static final byte RELU = 1;
    private static final byte RELU6 = 3;

    static Epilogue of(Values values, String output) {
        List<Node> taken = new ArrayList<>();
        String value = output;
        byte activation = NONE;
        Optional<Node> reader = values.onlyReader(value);
        if (reader.isPresent() && kind(values, reader.get()) != NONE) {
            activation = kind(values, reader.get());
            value = reader.get().output();
            taken.add(reader.get());
            reader = values.onlyReader(value);
        }
        Optional<Node> quantize = reader.filter(node -> node.op().type().equals("QuantizeLinear"));
        return new Epilogue(activation, value, quantize, taken);
    }

    static byte kind(Values values, Node node) {
        if (node.op().type().equals("Relu")) {
            return RELU;
        }
        boolean six =
                node.op().type().equals("Clip") && isConstant(values, node, 1, 0) && isConstant(values, node, 2, 6);
        return six ? RELU6 : NONE;
    }

    private static boolean isConstant(Values values, Node node, int input, float wanted) {
        return node.hasInput(input)
                && values.graph
                        .constant(node.input(input))
                        .map(t -> t.getFloat(0) == wanted)
                        .orElse(false);
    }

    /** Scalar constant of an input. */
    static Optional<Float> scalar(Values values, Node node, int input) {
        return Optional.of(node)
                .filter(n -> n.hasInput(input))
                .flatMap(n -> values.graph.constant(n.input(input)))
                .filter(t -> t.elements() == 1)
                .map((Tensor t) -> t.getFloat(0));
    }
}
