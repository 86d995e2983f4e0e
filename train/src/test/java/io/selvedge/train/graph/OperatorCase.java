package io.selvedge.train.graph;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Attributes;
import io.selvedge.compiler.op.OpCatalog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One operator with its inputs.
 *
 * @param smooth whether its gradient is the derivative of what it computes
 * @param batched whether its first axis holds samples that it leaves apart
 */
record OperatorCase(Graph graph, boolean smooth, boolean batched) {
    @Override
    public String toString() {
        Op op = graph.nodes().getFirst().op();
        return op.type() + " " + text(op.attributes()) + " "
                + graph.nodes().getFirst().inputs().stream()
                        .map(name -> name.isEmpty() ? "-" : graph.type(name).toString())
                        .toList();
    }

    private static String text(Map<String, Object> attributes) {
        Map<String, String> texts = new LinkedHashMap<>();
        attributes.forEach((name, value) -> texts.put(
                name,
                switch (value) {
                    case long[] values -> Arrays.toString(values);
                    case String[] values -> Arrays.toString(values);
                    default -> value.toString();
                }));
        return texts.toString();
    }

    OperatorCase rough() {
        return new OperatorCase(graph, false, batched);
    }

    OperatorCase mixing() {
        return new OperatorCase(graph, smooth, false);
    }

    /** An input of the graph. */
    record Data(double low, double high, long... extents) {}

    /** A constant with random values. */
    record Weight(double low, double high, long... extents) {}

    static Data data(long... extents) {
        return new Data(-2, 2, extents);
    }

    static Weight weight(long... extents) {
        return new Weight(-1, 1, extents);
    }

    static Tensor whole(long... values) {
        return Tensor.longs(values, values.length);
    }

    static Tensor number(double value) {
        return Tensor.filled(TensorType.of(DType.FLOAT32), _ -> value);
    }

    /** Names and values in turn; lists of integers become attributes of integers. */
    static Map<String, Object> attributes(Object... namesAndValues) {
        Object[] plain = namesAndValues.clone();
        for (int i = 1; i < plain.length; i += 2) {
            if (plain[i] instanceof List<?> list) {
                plain[i] = list.stream().mapToLong(each -> (Integer) each).toArray();
            } else if (plain[i] instanceof Integer number) {
                plain[i] = (long) number;
            } else if (plain[i] instanceof Double number) {
                plain[i] = number.floatValue();
            }
        }
        return Attributes.map(plain);
    }

    /** @param inputs {@link Data}, {@link Weight}, a constant, or a text for an absent one */
    static OperatorCase of(String type, Map<String, Object> attributes, Object... inputs) {
        return several(type, attributes, 1, inputs);
    }

    /** With several outputs. */
    static OperatorCase several(String type, Map<String, Object> attributes, int outputs, Object... inputs) {
        Random random = new Random(type.hashCode() + inputs.length);
        GraphBuilder builder = new GraphBuilder("case");
        List<String> names = new ArrayList<>();
        for (Object input : inputs) {
            names.add(
                    switch (input) {
                        case Data data ->
                            builder.input("x" + names.size(), TensorType.of(DType.FLOAT32, data.extents()));
                        case Weight weight ->
                            builder.namedConstant(
                                    "w" + names.size(), random(random, weight.low(), weight.high(), weight.extents()));
                        case Tensor constant -> builder.namedConstant("c" + names.size(), constant);
                        default -> "";
                    });
        }
        List<String> results = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            results.add("y" + i);
        }
        builder.reserve(results);
        builder.add(new Node("node", OpCatalog.ALL.create("", type, attributes), names, results));
        results.forEach(builder::output);
        return new OperatorCase(builder.build(), true, true);
    }

    static Tensor random(Random random, double low, double high, long... extents) {
        return Tensor.filled(TensorType.of(DType.FLOAT32, extents), _ -> low + (high - low) * random.nextDouble());
    }

    String type() {
        return graph.nodes().getFirst().op().type();
    }

    /** Values in the range where the operator is defined and has no corner nearby. */
    Map<String, Tensor> inputs(Random random) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        boolean positive = List.of("Log", "Sqrt", "Pow", "ReduceLogSum", "Reciprocal", "Acosh")
                .contains(type());
        boolean small = List.of("Acos", "Asin", "Atanh", "Tan").contains(type());
        double low = type().equals("Acosh") ? 1.2 : positive ? 0.3 : small ? -0.8 : -2;
        double high = small ? 0.8 : 2.1;
        for (String name : graph.inputs()) {
            inputs.put(
                    name,
                    random(
                            random,
                            low,
                            high,
                            NativeTensor.extents(graph.type(name).shape())));
        }
        return inputs;
    }
}
