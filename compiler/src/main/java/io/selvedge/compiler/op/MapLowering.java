package io.selvedge.compiler.op;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What element-wise operators share: one Map kernel over broadcast views, computed in the type that holds its operands. */
public final class MapLowering {
    /** Integers up to here are numbers of an expression, larger ones are weights. */
    private static final long LARGEST_CONSTANT = 1L << 53;

    private static final int HELD_SHIFT = 128;

    private MapLowering() {}

    /** The node as one kernel: constant scalars go into the expression, other constants become weights. */
    public static void lower(Node node, ProgramBuilder builder, ElementWise op) {
        lower(node, builder, op::expr, compute(node, builder));
    }

    /** The same with an expression of its own, computed in {@code compute}. */
    static void lower(Node node, ProgramBuilder builder, Function<List<Expr>, Expr> op, Compute compute) {
        List<Expr> operands = new ArrayList<>();
        List<View> views = new ArrayList<>();
        for (String input : node.inputs()) {
            if (!input.isEmpty()) {
                operands.add(operand(input, builder, views, compute));
            }
        }
        map(builder, node.output(), views, op.apply(operands), compute);
    }

    /** What holds all of the node's operands and its result exactly. */
    static Compute compute(Node node, ProgramBuilder builder) {
        return Compute.of(Stream.concat(node.inputs().stream(), Stream.of(node.output()))
                .filter(value -> !value.isEmpty())
                .map(value -> builder.graph().type(value).dtype())
                .toList());
    }

    /** Emits the kernel that makes a value, whose number is stored as the value's dtype is held. */
    static void map(ProgramBuilder builder, String value, List<View> views, Expr expr, Compute compute) {
        builder.map(value, views, held(expr, builder.graph().type(value).dtype(), compute), compute);
    }

    /** The operand as an expression in f32; its view, if it needs one, joins the list. */
    static Expr operand(String input, ProgramBuilder builder, List<View> views) {
        return operand(input, builder, views, Compute.F32);
    }

    /** The operand as an expression whose value is that of the graph, whatever form it is held in. */
    static Expr operand(String input, ProgramBuilder builder, List<View> views, Compute compute) {
        Optional<Tensor> constant = builder.graph().constant(input);
        if (constant.isPresent() && constant.get().elements() == 1) {
            Optional<Expr> number = number(constant.get(), compute);
            if (number.isPresent()) {
                return number.get();
            }
        }
        views.add(
                constant.map(tensor -> weight(builder, input, tensor, compute)).orElseGet(() -> builder.view(input)));
        Expr element = new Expr.Input(views.size() - 1);
        boolean shifted = constant.isEmpty() && builder.graph().type(input).dtype() == DType.INT8;
        return unheld(element, shifted);
    }

    /** The value of an element that is held 128 higher. */
    static Expr unheld(Expr element, boolean shifted) {
        return shifted ? new Expr.Binary(Expr.BinaryOp.SUB, element, number(HELD_SHIFT)) : element;
    }

    private static Optional<Expr> number(Tensor scalar, Compute compute) {
        return switch (compute) {
            case F32 -> Optional.of(new Expr.Const(scalar.getFloat(0)));
            case F64 -> Optional.of(new Expr.Const(scalar.getDouble(0)));
            case S64, U64 ->
                Math.abs(scalar.getLong(0)) <= LARGEST_CONSTANT && scalar.getLong(0) != Long.MIN_VALUE
                        ? Optional.of(new Expr.Const(scalar.getLong(0)))
                        : Optional.empty();
        };
    }

    /** INT8 is held as u8, 128 higher; a float is truncated before it moves there. */
    static Expr held(Expr value, DType dtype, Compute compute) {
        if (dtype != DType.INT8) {
            return value;
        }
        Expr whole = value;
        if (compute == Compute.F64 || compute == Compute.F32) {
            whole = new Expr.Select(
                    new Expr.Binary(Expr.BinaryOp.LESS, value, number(0)),
                    unary(Expr.UnaryOp.CEIL, value),
                    unary(Expr.UnaryOp.FLOOR, value));
        }
        return add(whole, number(HELD_SHIFT));
    }

    /** A constant as a weight of a kernel that computes in {@code compute}. */
    static View weight(ProgramBuilder builder, String name, Tensor tensor, Compute compute) {
        if (tensor.dtype() == compute.dtype()) {
            return builder.view(name);
        }
        int[] extents = tensor.shape().extents();
        String suffix = compute == Compute.F32 ? ".f32" : "." + compute.dtype().text();
        return new View(
                builder.weight(name + suffix, compute.packed(tensor)), true, 0, extents, View.denseStrides(extents));
    }

    /** Numbers computed here as a weight of the given extents. */
    static View vector(ProgramBuilder builder, String name, float[] values, int... extents) {
        return new View(
                builder.weight(name, WeightPacking.vector(values)), true, 0, extents, View.denseStrides(extents));
    }

    /** Numbers computed here as a weight of a kernel that computes in {@code compute}. */
    static View vector(ProgramBuilder builder, String name, Tensor values, Compute compute) {
        int[] extents = values.shape().extents();
        return new View(builder.weight(name, compute.packed(values)), true, 0, extents, View.denseStrides(extents));
    }

    /** Emits a kernel that writes a view which the caller made. */
    static void emit(ProgramBuilder builder, View to, List<View> from, Expr expr) {
        emit(builder, to, from, expr, Compute.F32);
    }

    /** The same, computed in another type. */
    static void emit(ProgramBuilder builder, View to, List<View> from, Expr expr, Compute compute) {
        builder.emit(
                new Kernel.Map(
                        to.extentList(),
                        from.stream()
                                .map(view -> view.broadcast(to.extents()).strided())
                                .toList(),
                        to.strided(),
                        expr,
                        compute),
                0);
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE for a value that the operator's kernel does not take */
    static void requireReal(ProgramBuilder builder, String value) {
        DType dtype = builder.graph().type(value).dtype();
        if (dtype != DType.FLOAT32 && dtype != DType.BOOL) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE,
                    "native kernels compute in float32; value '" + value + "' is "
                            + builder.graph().type(value));
        }
    }

    /** {@code a + b}. */
    public static Expr add(Expr a, Expr b) {
        return new Expr.Binary(Expr.BinaryOp.ADD, a, b);
    }

    /** {@code a * b}. */
    public static Expr mul(Expr a, Expr b) {
        return new Expr.Binary(Expr.BinaryOp.MUL, a, b);
    }

    /** A function of one value. */
    public static Expr unary(Expr.UnaryOp op, Expr x) {
        return new Expr.Unary(op, x);
    }

    /** A number. */
    public static Expr number(double value) {
        return new Expr.Const(value);
    }
}
