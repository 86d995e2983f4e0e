package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What element-wise operators share: one Map kernel over broadcast views, in f32. */
final class MapLowering {
    private MapLowering() {}

    /** The node as one kernel: constant scalars go into the expression, other constants become f32 weights. */
    static void lower(Node node, ProgramBuilder builder, ElementWise op) {
        requireReal(builder, node.output());
        List<Expr> operands = new ArrayList<>();
        List<View> views = new ArrayList<>();
        for (String input : node.inputs()) {
            if (!input.isEmpty()) {
                requireReal(builder, input);
                operands.add(operand(input, builder, views));
            }
        }
        builder.map(node.output(), views, op.expr(operands));
    }

    /** The operand as an expression; its view, if it needs one, joins the list. */
    static Expr operand(String input, ProgramBuilder builder, List<View> views) {
        Optional<Tensor> constant = builder.graph().constant(input);
        if (constant.isPresent() && constant.get().elements() == 1) {
            return new Expr.Const(constant.get().getFloat(0));
        }
        views.add(constant.map(tensor -> weight(input, tensor, builder)).orElseGet(() -> builder.view(input)));
        return new Expr.Input(views.size() - 1);
    }

    private static View weight(String name, Tensor tensor, ProgramBuilder builder) {
        if (tensor.dtype() == DType.FLOAT32) {
            return builder.view(name);
        }
        float[] values = tensor.toFloats();
        return vector(builder, name + ".f32", values, tensor.shape().extents());
    }

    /** Numbers computed here as a weight of the given extents. */
    static View vector(ProgramBuilder builder, String name, float[] values, int... extents) {
        return new View(
                builder.weight(name, WeightPacking.vector(values)), true, 0, extents, View.denseStrides(extents));
    }

    /** Emits a kernel that writes a view which the caller made. */
    static void emit(ProgramBuilder builder, View to, List<View> from, Expr expr) {
        builder.emit(
                new Kernel.Map(
                        to.extentList(),
                        from.stream()
                                .map(view -> view.broadcast(to.extents()).strided())
                                .toList(),
                        to.strided(),
                        expr),
                0);
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE for a value that f32 does not hold exactly */
    static void requireReal(ProgramBuilder builder, String value) {
        DType dtype = builder.graph().type(value).dtype();
        if (dtype != DType.FLOAT32 && dtype != DType.BOOL) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "native kernels compute in float32; value '" + value + "' is "
                            + builder.graph().type(value));
        }
    }

    static Expr add(Expr a, Expr b) {
        return new Expr.Binary(Expr.BinaryOp.ADD, a, b);
    }

    static Expr mul(Expr a, Expr b) {
        return new Expr.Binary(Expr.BinaryOp.MUL, a, b);
    }

    static Expr unary(Expr.UnaryOp op, Expr x) {
        return new Expr.Unary(op, x);
    }

    static Expr number(double value) {
        return new Expr.Const((float) value);
    }
}
