package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * 1 at the first largest element along one axis, 0 elsewhere.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Hardmax.html">ONNX Hardmax</a>
 */
public record Hardmax(int axis) implements Op, Lowerable {
    /** Before opset 13 all axes from {@code axis} on counted as one. */
    static Op read(OpCall call) {
        int axis = call.axis(call.opset() < 13 ? 1 : -1);
        if (call.opset() >= 13 || !call.has(0) || axis == call.extents(0).length - 1) {
            return new Hardmax(axis);
        }
        List<Integer> shape = Arrays.stream(call.extents(0)).boxed().toList();
        String flat = call.before("flat", new Flatten(axis), call.input(0));
        call.set(0, call.before("hard", new Hardmax(1), flat));
        call.set(1, "shape", shape);
        return new Reshape(false);
    }

    @Override
    public String type() {
        return "Hardmax";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        Operands.floating(x);
        Operands.axis(axis, x.shape().rank());
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        int[] extents = x.shape().extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        Tensor best = new ArgReduce(true, along, true, false)
                .evaluate(List.of(Optional.of(x)))
                .getFirst();
        return List.of(Tensor.integers(x.type(), i -> {
            int row = i / inner / extents[along] * inner + i % inner;
            return best.getLong(row) == i / inner % extents[along] ? 1 : 0;
        }));
    }

    /** The largest, the smallest index that holds it, and 1 there. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Compute compute = Compute.of(List.of(builder.graph().type(node.output()).dtype()));
        View x = builder.view(node.input(0));
        int along = Operands.axis(axis, x.extents().length);
        int length = x.extents()[along];
        int[] one = x.extents().clone();
        one[along] = 1;
        int[] line = new int[one.length - along];
        Arrays.fill(line, 1);
        line[0] = length;
        View top = builder.temporary(node.name() + ".top", compute.dtype(), one);
        Reduce.fold(builder, Kernel.Reduce.Kind.MAX, x, List.of(along), true, top);
        Tensor counted = Tensor.filled(
                TensorType.of(DType.FLOAT64, Arrays.stream(line).asLongStream().toArray()), i -> i);
        View indices = MapLowering.vector(builder, node.name() + ".indices", counted, compute);
        View candidates = builder.temporary(node.name() + ".candidates", compute.dtype(), x.extents());
        MapLowering.emit(
                builder,
                candidates,
                List.of(x, top, indices),
                new Expr.Select(
                        new Expr.Binary(Expr.BinaryOp.EQUAL, new Expr.Input(0), new Expr.Input(1)),
                        new Expr.Input(2),
                        MapLowering.number(length)),
                compute);
        View first = builder.temporary(node.name() + ".first", compute.dtype(), one);
        Reduce.fold(builder, Kernel.Reduce.Kind.MIN, candidates, List.of(along), true, first);
        builder.map(
                node.output(),
                List.of(indices, first),
                new Expr.Binary(Expr.BinaryOp.EQUAL, new Expr.Input(0), new Expr.Input(1)),
                compute);
    }
}
