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

/** What layer and instance normalisation share: mean, centred values, squared deviation, result. */
final class NormalizationLowering {
    private NormalizationLowering() {}

    /**
     * {@code y = (x - mean) / sqrt(sum((x - mean)^2) / count + epsilon) * scale + bias} over the axes from {@code first} on.
     *
     * @param scale of extents that broadcast to y
     */
    static void lower(Node node, ProgramBuilder builder, int first, float epsilon, View scale, List<View> bias) {
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

    private static Optional<String> output(Node node, int index) {
        return index < node.outputs().size()
                ? Optional.of(node.outputs().get(index)).filter(value -> !value.isEmpty())
                : Optional.empty();
    }
}
