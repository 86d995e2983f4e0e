package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code Y = X} for the first elements along an axis, zeros for the others: what a model gives of a value that is shorter than its
 * declared maximum. Inputs: X, count int64 [1]. An ONNX file has the shorter value itself.
 */
public record Trim(int axis) implements Op, Lowerable {
    @Override
    public String type() {
        return "Trim";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        Operands.int64(required(inputs, 1, "count"));
        return List.of(required(inputs, 0, "X"));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        int count = Math.toIntExact(required(inputs, 1, "count").getLong(0));
        return List.of(first(x, axis, count, x.type()));
    }

    /** The first {@code count} elements of x along an axis in a tensor of a type that may be longer there, zeros behind them. */
    static Tensor first(Tensor x, int axis, int count, TensorType type) {
        if (x.dtype() == DType.STRING) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE, "strings of a length that the data decides are not supported");
        }
        int[] from = x.shape().extents();
        int[] to = type.shape().extents();
        int run = Strides.product(from, axis + 1, from.length) * x.dtype().bytes();
        ByteBuffer bytes = ByteBuffer.allocate(
                        Math.toIntExact(type.shape().elements() * x.dtype().bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int outer = 0; outer < Strides.product(from, 0, axis); outer++) {
            bytes.put(outer * to[axis] * run, x.bytes(), outer * from[axis] * run, count * run);
        }
        return Tensor.view(type, bytes);
    }

    /** The nodes of a graph that trim, by their output. */
    public static Map<String, Node> nodes(Graph graph) {
        Map<String, Node> nodes = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Trim) {
                nodes.put(node.output(), node);
            }
        }
        return nodes;
    }

    /**
     * The outputs of a graph, in its order, as long as the data made them; the counts that the graph gives beside them are left
     * out.
     */
    public static List<Tensor> filled(Graph graph, List<Tensor> outputs) {
        Map<String, Node> trims = nodes(graph);
        Set<String> counts = trims.values().stream().map(trim -> trim.input(1)).collect(Collectors.toSet());
        List<Tensor> filled = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            String name = graph.outputs().get(i);
            Node trim = trims.get(name);
            if (trim != null) {
                int axis = ((Trim) trim.op()).axis();
                int count = (int)
                        outputs.get(graph.outputs().indexOf(trim.input(1))).getLong(0);
                List<Dim> dims = new ArrayList<>(outputs.get(i).shape().dims());
                dims.set(axis, new Dim.Known(count));
                TensorType type = new TensorType(outputs.get(i).dtype(), new Shape(dims));
                filled.add(first(outputs.get(i), axis, count, type));
            } else if (!counts.contains(name)) {
                filled.add(outputs.get(i));
            }
        }
        return filled;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        int[] extents = builder.extents(node.input(0));
        DType dtype = builder.graph().type(node.output()).dtype();
        Routines.call(
                builder,
                node.output(),
                "select",
                "sv_trim",
                List.of(node.input(0), node.input(1)),
                Strides.product(extents, 0, axis),
                extents[axis],
                Strides.product(extents, axis + 1, extents.length) * dtype.bytes(),
                Routines.zeroByte(dtype));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }
}
