package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * QuantizeLinear and DequantizeLinear outside of fused patterns: scales and zero points computed at run time or constant, one,
 * one for each index of an axis, or one for each block of it.
 */
final class QuantizationLowering {
    private final Node node;
    private final ProgramBuilder builder;
    private final Graph graph;
    private final int axis;
    private final int block;
    private final Compute compute;

    private QuantizationLowering(Node node, ProgramBuilder builder, int axis, int block, Compute compute) {
        this.node = node;
        this.builder = builder;
        this.graph = builder.graph();
        int rank = builder.extents(node.input(0)).length;
        this.axis = axis < 0 ? axis + rank : axis;
        this.block = block;
        this.compute = compute;
    }

    static void quantize(Node node, ProgramBuilder builder, QuantizeLinear op) {
        Graph graph = builder.graph();
        DType to = graph.type(node.output()).dtype();
        boolean vectors = isByte(to) && graph.type(node.input(0)).dtype() != DType.FLOAT64;
        Compute compute = vectors ? Compute.F32 : Compute.F64;
        new QuantizationLowering(node, builder, op.axis(), op.block(), compute).lower(operands -> {
            Expr steps = new Expr.Binary(Expr.BinaryOp.DIV, operands.get(0), operands.get(1));
            steps = vectors ? steps : MapLowering.unary(Expr.UnaryOp.TO_FLOAT, steps);
            if (to.float8().isPresent()) {
                double max = to.float8().get().max();
                Expr value = MapLowering.add(steps, operands.get(2));
                return op.saturate() ? QuantizeLinear.between(value, -max, max) : value;
            }
            Expr whole = MapLowering.add(MapLowering.unary(Expr.UnaryOp.ROUND, steps), operands.get(2));
            // The bound in front, so that a NaN becomes the lowest number.
            return new Expr.Binary(
                    Expr.BinaryOp.MIN,
                    MapLowering.number((double) QuantizeLinear.highest(to)),
                    new Expr.Binary(Expr.BinaryOp.MAX, MapLowering.number((double) QuantizeLinear.lowest(to)), whole));
        });
    }

    static void dequantize(Node node, ProgramBuilder builder, DequantizeLinear op) {
        boolean vectors = isByte(builder.graph().type(node.input(0)).dtype())
                && builder.graph().type(node.output()).dtype() != DType.FLOAT64;
        Compute compute = vectors ? Compute.F32 : Compute.F64;
        new QuantizationLowering(node, builder, op.axis(), op.block(), compute).lower(operands -> {
            Expr steps = new Expr.Binary(Expr.BinaryOp.SUB, operands.get(0), operands.get(2));
            return MapLowering.mul(vectors ? steps : MapLowering.unary(Expr.UnaryOp.TO_FLOAT, steps), operands.get(1));
        });
    }

    private static boolean isByte(DType dtype) {
        return dtype == DType.INT8 || dtype == DType.UINT8;
    }

    /** X, scale and zero point to the result, in terms of the graph's values. */
    private interface Formula {
        Expr of(List<Expr> operands);
    }

    private void lower(Formula formula) {
        View x = builder.view(node.input(0));
        View y = builder.define(node.output());
        if (block == 0 || graph.type(node.input(1)).shape().elements() == 1) {
            emit(x, y, List.of(parameter(1), parameter(2)), formula);
            return;
        }
        int extent = x.extents()[axis];
        int whole = extent / block;
        if (whole > 0) {
            List<View> parameters = List.of(
                    Moves.repeated(parameter(1).sliced(axis, 0, 1, whole), axis + 1, block),
                    Moves.repeated(parameter(2).sliced(axis, 0, 1, whole), axis + 1, block));
            emit(
                    Moves.split(x.sliced(axis, 0, 1, whole * block), axis, whole),
                    Moves.split(y.sliced(axis, 0, 1, whole * block), axis, whole),
                    parameters,
                    formula);
        }
        int rest = extent - whole * block;
        if (rest > 0) {
            emit(
                    x.sliced(axis, whole * block, 1, rest),
                    y.sliced(axis, whole * block, 1, rest),
                    List.of(parameter(1).sliced(axis, whole, 1, 1), parameter(2).sliced(axis, whole, 1, 1)),
                    formula);
        }
    }

    /** A scale or zero point, its one axis at its place among those of X. */
    private View parameter(int input) {
        String name = node.input(input);
        Optional<Tensor> constant = graph.constant(name);
        View view = constant.map(tensor -> MapLowering.weight(builder, name, tensor, compute))
                .orElseGet(() -> builder.view(name));
        int elements = view.elements();
        if (elements == 1) {
            return view.reshaped().orElseThrow();
        }
        if (block > 0) {
            return view;
        }
        int[] extents = new int[builder.extents(node.input(0)).length];
        Arrays.fill(extents, 1);
        extents[axis] = elements;
        return view.reshaped(extents)
                .orElseGet(() -> builder.dense(name).reshaped(extents).orElseThrow());
    }

    private void emit(View x, View y, List<View> parameters, Formula formula) {
        List<View> views = new ArrayList<>(List.of(x));
        views.addAll(parameters);
        List<Expr> operands = new ArrayList<>();
        for (int i = 0; i < views.size(); i++) {
            boolean shifted =
                    !views.get(i).weight() && graph.type(node.input(i)).dtype() == DType.INT8;
            operands.add(MapLowering.unheld(new Expr.Input(i), shifted));
        }
        Expr result =
                MapLowering.held(formula.of(operands), graph.type(node.output()).dtype(), compute);
        MapLowering.emit(builder, y, views, result, compute);
    }
}
