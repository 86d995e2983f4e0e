package io.selvedge.compiler.pass;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.ArgReduce;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.Pad;
import io.selvedge.compiler.op.QuantizeLinear;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Slice;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Split;
import io.selvedge.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Rewrites {@code op(Transpose(x))} as {@code Transpose(op'(x))}; axis k of the transposed value is axis perm[k] of x. */
final class SinkTranspose {
    private static final Set<String> UNARY = Set.of(
            "Relu",
            "LeakyRelu",
            "Elu",
            "Selu",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "Tanh",
            "Softplus",
            "Softsign",
            "Erf",
            "Gelu",
            "Exp",
            "Log",
            "Sqrt",
            "Reciprocal",
            "Abs",
            "Neg",
            "Floor",
            "Ceil",
            "Round",
            "Sign",
            "Sin",
            "Cos",
            "Not",
            "Clip",
            "Cast",
            "Identity");
    private static final Set<String> BROADCASTING = Set.of(
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Pow",
            "PRelu",
            "Min",
            "Max",
            "Sum",
            "Mean",
            "Equal",
            "Less",
            "LessOrEqual",
            "Greater",
            "GreaterOrEqual",
            "And",
            "Or",
            "Xor",
            "Where");

    private final GraphEdit edit;
    private final Graph graph;
    private final Node node;

    SinkTranspose(GraphEdit edit, Node node) {
        this.edit = edit;
        this.graph = edit.graph();
        this.node = node;
    }

    void sink() {
        Optional<List<Integer>> found = node.inputs().stream()
                .flatMap(input -> transpose(input).stream())
                .map(transpose -> ((Transpose) transpose.op()).perm())
                .findFirst();
        if (found.isEmpty() || !node.op().domain().isEmpty()) {
            return;
        }
        List<Integer> perm = found.get();
        if (UNARY.contains(node.op().type())) {
            data(node.op(), perm);
        } else if (BROADCASTING.contains(node.op().type())) {
            operands(perm).ifPresent(inputs -> replace(node.op(), inputs, perm));
        } else {
            axes(perm);
        }
    }

    private void axes(List<Integer> perm) {
        switch (node.op()) {
            case Concat(int axis) ->
                operands(perm).ifPresent(inputs -> replace(new Concat(moved(perm, axis)), inputs, perm));
            case Split(int axis) -> data(new Split(moved(perm, axis)), perm);
            case Softmax(int axis, boolean log) -> data(new Softmax(moved(perm, axis), log), perm);
            case QuantizeLinear(int axis, int block, boolean saturate)
            when block == 0 -> data(new QuantizeLinear(parameterAxis(perm, axis), 0, saturate), perm);
            case DequantizeLinear(int axis, int block)
            when block == 0 -> data(new DequantizeLinear(parameterAxis(perm, axis)), perm);
            case Reduce(Reduce.Kind kind, List<Integer> axes, boolean keep) -> {
                List<Integer> moved = axes.stream().map(perm::get).sorted().toList();
                data(new Reduce(kind, moved, keep), keep ? perm : without(perm, moved));
            }
            case ArgReduce(boolean max, int axis, boolean keep, boolean last) -> {
                int moved = moved(perm, axis);
                data(new ArgReduce(max, moved, keep, last), keep ? perm : without(perm, List.of(moved)));
            }
            case Pad pad -> pads(perm, pad);
            case Slice slice -> slice(perm, slice);
            default -> {}
        }
    }

    private static int moved(List<Integer> perm, int axis) {
        return perm.get(axis < 0 ? axis + perm.size() : axis);
    }

    /** A scalar scale names no axis, so its attribute may be anything. */
    private int parameterAxis(List<Integer> perm, int axis) {
        return graph.type(node.input(1)).shape().elements() == 1 ? axis : moved(perm, axis);
    }

    /** The order of what remains of the axes when some of x's axes are gone. */
    private static List<Integer> without(List<Integer> perm, List<Integer> gone) {
        List<Integer> left = perm.stream().filter(axis -> !gone.contains(axis)).toList();
        List<Integer> sorted = left.stream().sorted().toList();
        return left.stream().map(sorted::indexOf).toList();
    }

    private Optional<Node> transpose(String value) {
        return edit.producer(value, Set.of("Transpose"));
    }

    /** Sinks through an operator that reads one tensor, input 0; the others are parameters. */
    private void data(Op op, List<Integer> outputPerm) {
        List<String> inputs = new ArrayList<>(node.inputs());
        Optional<Node> transpose = transpose(inputs.getFirst());
        if (transpose.isPresent()) {
            inputs.set(0, transpose.get().input(0));
            replace(op, inputs, outputPerm);
        }
    }

    private void pads(List<Integer> perm, Pad pad) {
        Optional<Tensor> pads = graph.constant(node.input(1));
        if (transpose(node.input(0)).isPresent() && pads.isPresent()) {
            int rank = perm.size();
            long[] moved = new long[2 * rank];
            for (int k = 0; k < rank; k++) {
                moved[perm.get(k)] = pads.get().getLong(k);
                moved[perm.get(k) + rank] = pads.get().getLong(k + rank);
            }
            List<String> inputs = new ArrayList<>(node.inputs());
            inputs.set(0, transpose(node.input(0)).get().input(0));
            inputs.set(1, edit.constant(node.name() + ".pads", Tensor.longs(moved, moved.length)));
            replace(pad, inputs, perm);
        }
    }

    private void slice(List<Integer> perm, Slice slice) {
        Optional<Tensor> starts = graph.constant(node.input(1));
        Optional<Tensor> axes = graph.constant(node.input(3));
        if (transpose(node.input(0)).isEmpty() || starts.isEmpty() || node.hasInput(3) && axes.isEmpty()) {
            return;
        }
        long[] moved = new long[starts.get().elements()];
        for (int i = 0; i < moved.length; i++) {
            int index = i;
            moved[i] = moved(perm, axes.map(t -> (int) t.getLong(index)).orElse(i));
        }
        List<String> inputs = new ArrayList<>(node.inputs());
        inputs.set(0, transpose(node.input(0)).get().input(0));
        while (inputs.size() < 4) {
            inputs.add("");
        }
        inputs.set(3, edit.constant(node.name() + ".axes", Tensor.longs(moved, moved.length)));
        replace(slice, inputs, perm);
    }

    /** All inputs as they are before the same transpose; constants are reordered. */
    private Optional<List<String>> operands(List<Integer> perm) {
        if (node.output().isEmpty() || graph.type(node.output()).shape().rank() != perm.size()) {
            return Optional.empty();
        }
        List<String> inputs = new ArrayList<>();
        for (String input : node.inputs()) {
            Optional<Node> transpose = transpose(input);
            if (transpose.isPresent()
                    && ((Transpose) transpose.get().op()).perm().equals(perm)) {
                inputs.add(transpose.get().input(0));
            } else if (graph.type(input).shape().elements() == 1 && !(node.op() instanceof Concat)) {
                inputs.add(input);
            } else if (graph.isConstant(input)) {
                inputs.add(edit.constant(input, reordered(graph.constant(input).orElseThrow(), perm)));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(inputs);
    }

    /** The constant whose transpose is the given one, leading axes of extent 1 added. */
    private static Tensor reordered(Tensor constant, List<Integer> perm) {
        int rank = perm.size();
        long[] extents = new long[rank];
        int lead = rank - constant.shape().rank();
        for (int axis = 0; axis < rank; axis++) {
            extents[axis] = axis < lead ? 1 : constant.shape().extent(axis - lead);
        }
        List<Integer> inverse = new ArrayList<>(Collections.nCopies(rank, 0));
        for (int axis = 0; axis < rank; axis++) {
            inverse.set(perm.get(axis), axis);
        }
        Tensor full = constant.reshaped(Shape.of(extents));
        return new Transpose(inverse).evaluate(List.of(Optional.of(full))).getFirst();
    }

    private void replace(Op op, List<String> inputs, List<Integer> perm) {
        List<Node> nodes = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        for (String output : node.outputs()) {
            String before = output.isEmpty() ? "" : edit.fresh(output + ".untransposed");
            outputs.add(before);
            if (!output.isEmpty()) {
                String name = edit.fresh(node.name() + ".transpose");
                nodes.add(new Node(name, new Transpose(perm), List.of(before), List.of(output)));
            }
        }
        nodes.addFirst(new Node(node.name(), op, inputs, outputs));
        edit.replace(node, nodes.toArray(Node[]::new));
    }
}
