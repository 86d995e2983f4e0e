package io.selvedge.compiler.onnx;

import io.selvedge.compiler.ir.GraphBuilder;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.op.ArgReduce;
import io.selvedge.compiler.op.Concat;
import io.selvedge.compiler.op.DequantizeLinear;
import io.selvedge.compiler.op.Flatten;
import io.selvedge.compiler.op.Gather;
import io.selvedge.compiler.op.GatherND;
import io.selvedge.compiler.op.Gemm;
import io.selvedge.compiler.op.Identity;
import io.selvedge.compiler.op.MatMul;
import io.selvedge.compiler.op.QuantizeLinear;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Reshape;
import io.selvedge.compiler.op.Slice;
import io.selvedge.compiler.op.Softmax;
import io.selvedge.compiler.op.Split;
import io.selvedge.compiler.op.Squeeze;
import io.selvedge.compiler.op.Transpose;
import io.selvedge.compiler.op.Trim;
import io.selvedge.compiler.op.Unsqueeze;
import io.selvedge.compiler.program.ElementWise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Where an axis of an input is found again in the outputs, for operators that never let elements along it meet. */
final class OpenAxis {
    private OpenAxis() {}

    /** The outputs' axis behind axis {@code axis} of an input; empty when the operator works along it, or is not known to spare it. */
    static OptionalInt behind(Node node, int input, int axis, GraphBuilder builder) {
        int[] x = builder.type(node.input(input)).shape().extents();
        int[] y = builder.type(node.output()).shape().extents();
        return switch (node.op()) {
            case ElementWise _ -> when(x[axis] == y[axis + y.length - x.length], axis + y.length - x.length);
            case Identity _ -> OptionalInt.of(axis);
            case QuantizeLinear _, DequantizeLinear _ -> when(input == 0 && isScalar(node, 1, builder), axis);
            case Trim _ -> when(input == 0, axis);
            case Transpose transpose -> OptionalInt.of(transpose.perm().indexOf(axis));
            case Gather gather -> gathered(node, input, axis, along(gather.axis(), node, builder), builder);
            case GatherND gather -> when(input == 1 && axis < x.length - 1 && axis >= gather.batchDims(), axis);
            case Concat concat -> when(along(concat.axis(), node, builder) != axis, axis);
            case Split split -> when(along(split.axis(), node, builder) != axis, axis);
            case Softmax softmax -> when(along(softmax.axis(), node, builder) != axis, axis);
            case Slice _ -> when(input == 0 && takesAll(node, axis, builder), axis);
            case Reduce reduce -> reduced(reduce.axes(), reduce.keepDims(), axis, x.length);
            case ArgReduce reduce -> reduced(List.of(reduce.axis()), reduce.keepDims(), axis, x.length);
            case MatMul _ -> when(input == 0 && x.length >= 2 && axis == x.length - 2, y.length - 2);
            case Gemm gemm -> when(input == 0 && axis == (gemm.transA() ? 1 : 0), 0);
            case Reshape _, Flatten _, Squeeze _, Unsqueeze _ -> input == 0 ? moved(x, axis, y) : OptionalInt.empty();
            default -> OptionalInt.empty();
        };
    }

    private static OptionalInt when(boolean holds, int axis) {
        return holds ? OptionalInt.of(axis) : OptionalInt.empty();
    }

    private static int along(int axis, Node node, GraphBuilder builder) {
        int rank = builder.type(node.input(0)).shape().rank();
        return axis < 0 ? axis + rank : axis;
    }

    private static boolean isScalar(Node node, int input, GraphBuilder builder) {
        return builder.type(node.input(input)).shape().elements() == 1;
    }

    /** Whether an input that is not open may meet one that is open along axis {@code axis} of the output. */
    static boolean admits(Node node, String input, int axis, GraphBuilder builder) {
        if (node.op() instanceof Concat) {
            return false;
        }
        if (!(node.op() instanceof ElementWise) || input.isEmpty()) {
            return true;
        }
        int[] extents = builder.type(input).shape().extents();
        int at = axis - (builder.type(node.output()).shape().rank() - extents.length);
        return at < 0 || extents[at] == 1;
    }

    private static OptionalInt gathered(Node node, int input, int axis, int along, GraphBuilder builder) {
        if (input == 1) {
            return OptionalInt.of(along + axis);
        }
        int indices = builder.type(node.input(1)).shape().rank();
        return when(axis != along, axis < along ? axis : axis + indices - 1);
    }

    private static boolean takesAll(Node node, int axis, GraphBuilder builder) {
        List<Optional<Tensor>> constants = new ArrayList<>();
        node.inputs().forEach(input -> constants.add(input.isEmpty() ? Optional.empty() : builder.known(input)));
        Slice.Ranges ranges = Slice.ranges(builder.type(node.input(0)), constants);
        int extent = builder.type(node.input(0)).shape().extent(axis);
        return ranges.counts().get(axis) == extent && ranges.steps().get(axis) == 1;
    }

    private static OptionalInt reduced(List<Integer> axes, boolean keeps, int axis, int rank) {
        List<Integer> along = axes.stream().map(a -> a < 0 ? a + rank : a).toList();
        int before = (int) along.stream().filter(a -> a < axis).count();
        return when(!axes.isEmpty() && !along.contains(axis), keeps ? axis : axis - before);
    }

    /** The axis of the same extent with as many elements before it; of axes of extent 1 nobody can tell which. */
    private static OptionalInt moved(int[] x, int axis, int[] y) {
        long before = 1;
        for (int i = 0; i < axis; i++) {
            before *= x[i];
        }
        long passed = 1;
        for (int i = 0; i < y.length && x[axis] > 1; i++) {
            if (passed == before && y[i] == x[axis]) {
                return OptionalInt.of(i);
            }
            passed *= y[i];
        }
        return OptionalInt.empty();
    }
}
