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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = exp(X - max) / sum(exp(X - max))} along one axis, or its logarithm {@code X - max - log(sum(exp(X - max)))}.
 * Before opset 13 the operator flattens to a matrix at the axis; import restates that.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Softmax.html">ONNX Softmax</a>
 */
public record Softmax(int axis, boolean log) implements Op, Lowerable {
    static Op read(OpCall call) {
        boolean log = call.type().equals("LogSoftmax");
        int axis = call.axis(call.opset() < 13 ? 1 : -1);
        if (call.opset() >= 13 || !call.has(0)) {
            return new Softmax(axis, log);
        }
        int[] extents = call.extents(0);
        if (Strides.product(extents, Math.min(axis + 1, extents.length), extents.length) == 1) {
            return new Softmax(axis, log);
        }
        String matrix = call.before("flat", new Flatten(axis), call.input(0));
        call.set(0, call.before("matrix", new Softmax(1, log), matrix));
        call.set(1, "shape", java.util.Arrays.stream(extents).boxed().toList());
        return new Reshape(false);
    }

    @Override
    public String type() {
        return log ? "LogSoftmax" : "Softmax";
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
        int length = extents[along];
        double[] y = x.toDoubles();
        for (int outer = 0; outer < y.length / Math.max(1, length); outer++) {
            int start = outer / inner * length * inner + outer % inner;
            double max = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < length; k++) {
                max = Math.max(max, y[start + k * inner]);
            }
            double sum = 0;
            for (int k = 0; k < length; k++) {
                sum += Math.exp(y[start + k * inner] - max);
            }
            for (int k = 0; k < length; k++) {
                double shifted = y[start + k * inner] - max;
                y[start + k * inner] = log ? shifted - Math.log(sum) : Math.exp(shifted) / sum;
            }
        }
        return List.of(Tensor.filled(x.type(), i -> y[i]));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        if (builder.graph().type(node.output()).dtype() == DType.FLOAT64) {
            doubles(builder, node.name(), builder.view(node.input(0)), builder.define(node.output()));
            return;
        }
        MapLowering.requireReal(builder, node.input(0));
        View x = DenseOperands.input(builder, node.input(0));
        DenseOperands.output(builder, node.output(), y -> emit(builder, x, y));
    }

    /** From one dense view to another. */
    void lower(ProgramBuilder builder, String name, View x, View y) {
        if (builder.buffer(y.buffer()).dtype() == DType.FLOAT64) {
            doubles(builder, name, x, y);
        } else {
            emit(builder, x, y);
        }
    }

    private void emit(ProgramBuilder builder, View x, View y) {
        int[] extents = x.extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        builder.emit(
                new Kernel.Softmax(
                        x.buffer(), y.buffer(), Strides.product(extents, 0, along), extents[along], inner, log),
                0);
    }

    /** Step by step: largest, differences, exponentials, their sum. */
    private void doubles(ProgramBuilder builder, String name, View x, View y) {
        List<Integer> axes = List.of(Operands.axis(axis, x.extents().length));
        int[] one = x.extents().clone();
        one[axes.getFirst()] = 1;
        View top = builder.temporary(name + ".top", DType.FLOAT64, one);
        Reduce.fold(builder, Kernel.Reduce.Kind.MAX, x, axes, true, top);
        View shifted = builder.temporary(name + ".shifted", DType.FLOAT64, x.extents());
        Expr difference = new Expr.Binary(Expr.BinaryOp.SUB, new Expr.Input(0), new Expr.Input(1));
        MapLowering.emit(builder, shifted, List.of(x, top), difference, Compute.F64);
        View powers = builder.temporary(name + ".powers", DType.FLOAT64, x.extents());
        Expr power = MapLowering.unary(Expr.UnaryOp.EXP, new Expr.Input(0));
        MapLowering.emit(builder, powers, List.of(shifted), power, Compute.F64);
        View sum = builder.temporary(name + ".sum", DType.FLOAT64, one);
        Reduce.fold(builder, Kernel.Reduce.Kind.SUM, powers, axes, true, sum);
        Expr result = log
                ? new Expr.Binary(
                        Expr.BinaryOp.SUB, new Expr.Input(0), MapLowering.unary(Expr.UnaryOp.LOG, new Expr.Input(1)))
                : new Expr.Binary(Expr.BinaryOp.DIV, new Expr.Input(0), new Expr.Input(1));
        MapLowering.emit(builder, y, List.of(log ? shifted : powers, sum), result, Compute.F64);
    }
}
