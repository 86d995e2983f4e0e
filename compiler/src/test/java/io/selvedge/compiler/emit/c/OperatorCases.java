package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Many applications of operators in one graph, so that each target compiles once, with the inputs' values. */
final class OperatorCases {
    private final GraphBuilder builder;
    private final Map<String, Tensor> given = new LinkedHashMap<>();
    private final Random random = new Random(11);

    OperatorCases(String name) {
        builder = new GraphBuilder(name);
    }

    /** An input of values from -8 to 8 in quarters, which every dtype holds or truncates, many of them equal. */
    String input(DType dtype, int... extents) {
        Shape shape = shape(extents);
        return input(Tensor.filled(
                new TensorType(dtype, shape),
                _ -> dtype == DType.BOOL ? random.nextInt(2) : random.nextInt(-32, 33) / 4.0));
    }

    /** An input of float32 numbers. */
    String floats(float low, float high, int... extents) {
        return input(Tensor.filled(new TensorType(DType.FLOAT32, shape(extents)), _ -> random.nextFloat(low, high)));
    }

    /** An input of random indices of an axis, counted from both ends. */
    String indices(DType dtype, int extent, int... extents) {
        return input(Tensor.integers(new TensorType(dtype, shape(extents)), _ -> random.nextInt(-extent, extent)));
    }

    String input(Tensor value) {
        String name = builder.input(builder.fresh("x"), value.type());
        given.put(name, value);
        return name;
    }

    String constant(Tensor value) {
        return builder.constant("c", value);
    }

    /** A value between operators. */
    String value(Op op, String... inputs) {
        return builder.add("v", op, inputs);
    }

    /** The operator's first output becomes one of the graph's. */
    void out(Op op, String... inputs) {
        builder.output(builder.add("y", op, inputs));
    }

    /** All outputs become outputs of the graph. */
    void outs(int count, Op op, String... inputs) {
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            outputs.add(builder.fresh("y"));
        }
        builder.add(new Node(builder.fresh("node"), op, List.of(inputs), outputs));
        outputs.forEach(builder::output);
    }

    int extent(String value, int axis) {
        return builder.type(value).shape().extent(axis);
    }

    TensorType type(String value) {
        return builder.type(value);
    }

    Graph graph() {
        return builder.build();
    }

    Map<String, Tensor> given() {
        return given;
    }

    private static Shape shape(int... extents) {
        return Shape.of(java.util.Arrays.stream(extents).asLongStream().toArray());
    }
}
