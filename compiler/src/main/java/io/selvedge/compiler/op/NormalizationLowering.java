package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What layer and instance normalisation share: mean, centred values, squared deviation, result. */
final class NormalizationLowering {
    private NormalizationLowering() {}

    /**
     * {@code y = (x - mean) / sqrt(sum((x - mean)^2) / count + epsilon) * scale + bias} over the axes from {@code first} on.
     *
     * @param scale of extents that broadcast to y
     */
    static void lower(Node node, ProgramBuilder builder, int first, float epsilon, View scale, List<View> bias) {
        if (rows(node, builder, first, epsilon, scale, bias)) {
            return;
        }
        Compute compute = Compute.of(List.of(builder.graph().type(node.output()).dtype()));
        DType dtype = compute.dtype();
        View x = builder.view(node.input(0));
        int rank = x.extents().length;
        List<Integer> axes = IntStream.range(first, rank).boxed().toList();
        int[] statistics = x.extents().clone();
        axes.forEach(axis -> statistics[axis] = 1);
        View mean = output(node, 1)
                .map(builder::define)
                .orElseGet(() -> builder.temporary(node.name() + ".mean", dtype, statistics));
        Reduce.fold(builder, Kernel.Reduce.Kind.MEAN, x, axes, true, mean);
        View centred = builder.temporary(node.name() + ".centred", dtype, x.extents());
        MapLowering.emit(
                builder,
                centred,
                List.of(x, mean),
                new Expr.Binary(Expr.BinaryOp.SUB, new Expr.Input(0), new Expr.Input(1)),
                compute);
        View squares = builder.temporary(node.name() + ".squares", dtype, statistics);
        Reduce.fold(builder, Kernel.Reduce.Kind.SUM_SQUARE, centred, axes, true, squares);
        int count = Strides.product(x.extents(), first, rank);
        Expr deviation = MapLowering.unary(
                Expr.UnaryOp.SQRT,
                MapLowering.add(
                        new Expr.Binary(Expr.BinaryOp.DIV, new Expr.Input(1), MapLowering.number(count)),
                        MapLowering.number(epsilon)));
        output(node, 2)
                .ifPresent(value -> builder.map(
                        value, List.of(mean, squares), MapLowering.unary(Expr.UnaryOp.RECIPROCAL, deviation), compute));
        Expr y = MapLowering.mul(new Expr.Binary(Expr.BinaryOp.DIV, new Expr.Input(0), deviation), new Expr.Input(2));
        List<View> operands = new ArrayList<>(List.of(centred, squares, scale));
        operands.addAll(bias);
        builder.map(node.output(), operands, bias.isEmpty() ? y : MapLowering.add(y, new Expr.Input(3)), compute);
    }

    /** The same by one kernel, where rows are contiguous f32, scale and bias are rows, and nobody wants the statistics. */
    private static boolean rows(
            Node node, ProgramBuilder builder, int first, float epsilon, View scale, List<View> bias) {
        int[] extents = builder.extents(node.output());
        int rows = Strides.product(extents, 0, first);
        int length = Strides.product(extents, first, extents.length);
        boolean plain = builder.graph().type(node.output()).dtype() == DType.FLOAT32
                && output(node, 1).isEmpty()
                && output(node, 2).isEmpty();
        boolean affine = Stream.concat(Stream.of(scale), bias.stream())
                .allMatch(row -> row.elements() == length && row.isDense());
        if (!plain || !affine) {
            return false;
        }
        View x = DenseOperands.reshaped(builder, node.input(0), rows, length);
        if (length > 1 && x.strides()[1] != 1) {
            x = builder.dense(node.input(0)).reshaped(rows, length).orElseThrow();
        }
        View out = builder.define(node.output());
        View y = out.reshaped(rows, length)
                .filter(view -> length == 1 || view.strides()[1] == 1)
                .orElseGet(() -> builder.temporary(node.name() + ".dense", DType.FLOAT32, rows, length));
        builder.emit(
                new Kernel.LayerNorm(
                        x.strided(),
                        y.strided(),
                        rows,
                        length,
                        Optional.of(scale.strided()),
                        bias.stream().findFirst().map(View::strided),
                        epsilon),
                0);
        if (y.buffer() != out.buffer()) {
            builder.copy(y.reshaped(out.extents()).orElseThrow(), out, Float.BYTES);
        }
        return true;
    }

    private static Optional<String> output(Node node, int index) {
        return index < node.outputs().size()
                ? Optional.of(node.outputs().get(index)).filter(value -> !value.isEmpty())
                : Optional.empty();
    }
}
