package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code Y[i(perm 0), i(perm 1), ...] = X[i0, i1, ...]}: axis k of Y is axis {@code perm[k]} of X.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Transpose.html">ONNX Transpose</a>
 */
public record Transpose(List<Integer> perm) implements Op, Lowerable {
    public Transpose {
        perm = List.copyOf(perm);
    }

    static Op read(OpCall call) {
        if (call.attributes().has("perm")) {
            return new Transpose(call.attributes().integers("perm"));
        }
        int rank = call.inputType(0).shape().rank();
        return new Transpose(
                IntStream.range(0, rank).mapToObj(axis -> rank - 1 - axis).toList());
    }

    @Override
    public String type() {
        return "Transpose";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("perm", Attributes.array(perm));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "data");
        List<Integer> axes = IntStream.range(0, x.shape().rank()).boxed().toList();
        shapes(perm.stream().sorted().toList().equals(axes), "needs perm to order the axes of %s, got %s", x, perm);
        return List.of(new TensorType(
                x.dtype(),
                new Shape(perm.stream().map(axis -> x.shape().dims().get(axis)).toList())));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "data");
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        int[] own = Strides.of(x.shape().extents());
        int[] strides = perm.stream().mapToInt(axis -> own[axis]).toArray();
        return List.of(x.select(type.shape(), Strides.walk(type.shape().extents(), strides, 0)));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    /** The one reader of a value that stays inside the graph, if it is a Transpose that leaves the last axis where it is. */
    static Optional<Transpose> sole(Graph graph, String value) {
        List<Node> readers = graph.nodes().stream()
                .filter(node -> node.inputs().contains(value))
                .toList();
        return readers.size() == 1
                        && !graph.outputs().contains(value)
                        && readers.getFirst().op() instanceof Transpose transpose
                        && transpose.perm.getLast() == transpose.perm.size() - 1
                ? Optional.of(transpose)
                : Optional.empty();
    }

    /** Makes memory for the value that this transposes, in which the result is dense. */
    View define(ProgramBuilder builder, String value) {
        int[] extents = builder.extents(value);
        int[] order = perm.stream().mapToInt(axis -> axis).toArray();
        int[] transposed = Arrays.stream(order).map(axis -> extents[axis]).toArray();
        int[] back = new int[order.length];
        for (int axis = 0; axis < order.length; axis++) {
            back[order[axis]] = axis;
        }
        View view = builder.temporary(value, builder.graph().type(value).dtype(), transposed)
                .permuted(back);
        builder.alias(value, view);
        return view;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        int[] order = perm.stream().mapToInt(axis -> axis).toArray();
        builder.alias(node.output(), builder.view(node.input(0)).permuted(order));
    }
}
