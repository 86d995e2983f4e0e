package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Losses of classes: the label's entry is what is left when all others, by comparison with their number, are 0. */
final class CrossEntropyLowering {
    private final Node node;
    private final ProgramBuilder builder;
    private final CrossEntropy op;
    private final Compute compute;
    private final DType dtype;
    private final int[] extents;
    private final int[] positions;

    CrossEntropyLowering(Node node, ProgramBuilder builder, CrossEntropy op) {
        this.node = node;
        this.builder = builder;
        this.op = op;
        this.dtype = builder.graph().type(node.input(0)).dtype();
        this.compute = Compute.of(List.of(dtype));
        this.extents = builder.extents(node.input(0));
        this.positions = builder.extents(node.input(1));
    }

    void lower() {
        View log = op.softmax() ? logSoftmax() : builder.view(node.input(0));
        List<View> views = new ArrayList<>(List.of(log, classes()));
        Expr label = label(views);
        Expr weight = weight(views);
        Expr counts = new Expr.Binary(Expr.BinaryOp.EQUAL, label, new Expr.Input(1));
        if (op.ignored().isPresent()) {
            Expr ignored = new Expr.Binary(
                    Expr.BinaryOp.EQUAL, label, MapLowering.number(op.ignored().get()));
            counts = new Expr.Binary(Expr.BinaryOp.AND, counts, MapLowering.unary(Expr.UnaryOp.NOT, ignored));
        }
        Expr zero = MapLowering.number(0);
        Expr loss = MapLowering.unary(Expr.UnaryOp.NEG, MapLowering.mul(weight, new Expr.Input(0)));
        boolean mean = op.reduction() == CrossEntropy.Reduction.MEAN;
        View losses = folded("losses", views, new Expr.Select(counts, loss, zero));
        if (op.reduction() == CrossEntropy.Reduction.NONE) {
            builder.map(node.output(), List.of(losses), new Expr.Input(0), compute);
            return;
        }
        View sum = total(losses, "sum");
        if (!mean) {
            builder.map(node.output(), List.of(sum), new Expr.Input(0), compute);
            return;
        }
        View weights = total(folded("weights", views, new Expr.Select(counts, weight, zero)), "total");
        builder.map(
                node.output(),
                List.of(sum, weights),
                new Expr.Binary(Expr.BinaryOp.DIV, new Expr.Input(0), new Expr.Input(1)),
                compute);
    }

    /** The second output, or a value of its own where nobody asks for it. */
    private View logSoftmax() {
        Softmax softmax = new Softmax(1, true);
        Graph graph = builder.graph();
        boolean asked = node.outputs().size() > 1 && !node.outputs().get(1).isEmpty();
        if (asked) {
            softmax.lower(
                    new Node(
                            node.name(),
                            softmax,
                            List.of(node.input(0)),
                            List.of(node.outputs().get(1))),
                    builder);
            return builder.view(node.outputs().get(1));
        }
        View result = builder.temporary(
                node.name() + ".log", graph.type(node.input(0)).dtype(), extents);
        softmax.lower(builder, node.name(), DenseOperands.input(builder, node.input(0)), result);
        return result;
    }

    /** Numbers of the classes, along the axis of the classes. */
    private View classes() {
        long[] shape = new long[extents.length - 1];
        Arrays.fill(shape, 1);
        shape[0] = extents[1];
        Tensor numbers = Tensor.filled(new TensorType(DType.FLOAT64, Shape.of(shape)), i -> i);
        return MapLowering.vector(builder, node.name() + ".classes", numbers, compute);
    }

    private Expr label(List<View> views) {
        String labels = node.input(1);
        int[] column = new int[extents.length];
        column[0] = extents[0];
        column[1] = 1;
        System.arraycopy(extents, 2, column, 2, extents.length - 2);
        Optional<Tensor> constant = builder.graph().constant(labels);
        views.add(constant.flatMap(tensor ->
                        MapLowering.weight(builder, labels, tensor, compute).reshaped(column))
                .orElseGet(() -> DenseOperands.reshaped(builder, labels, column)));
        return new Expr.Input(views.size() - 1);
    }

    private Expr weight(List<View> views) {
        if (!node.hasInput(2)) {
            return MapLowering.number(1);
        }
        int[] shape = new int[extents.length - 1];
        Arrays.fill(shape, 1);
        shape[0] = extents[1];
        String weights = node.input(2);
        Optional<Tensor> constant = builder.graph().constant(weights);
        views.add(constant.flatMap(tensor ->
                        MapLowering.weight(builder, weights, tensor, compute).reshaped(shape))
                .orElseGet(() -> DenseOperands.reshaped(builder, weights, shape)));
        return new Expr.Input(views.size() - 1);
    }

    /** An expression over all classes, added up over them. */
    private View folded(String name, List<View> views, Expr expr) {
        View elements = builder.temporary(node.name() + "." + name, compute.dtype(), extents);
        MapLowering.emit(builder, elements, views, expr, compute);
        View sums = builder.temporary(node.name() + ".sum_of_" + name, compute.dtype(), positions);
        Reduce.fold(builder, Kernel.Reduce.Kind.SUM, elements, List.of(1), false, sums);
        return sums;
    }

    private View total(View sums, String name) {
        View total = builder.temporary(node.name() + "." + name, compute.dtype());
        List<Integer> axes = IntStream.range(0, positions.length).boxed().toList();
        Reduce.fold(builder, Kernel.Reduce.Kind.SUM, sums, axes, false, total);
        return total;
    }
}
