package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bits of integers, element by element with broadcasting: and, or, xor, not, shifts. Shifting by the width or more gives 0.
 *
 * @param left direction of BitShift
 * @see <a href="https://onnx.ai/onnx/operators/onnx__BitwiseAnd.html">ONNX BitwiseAnd</a>,
 *     <a href="https://onnx.ai/onnx/operators/onnx__BitShift.html">BitShift</a>
 */
public record Bitwise(Kind kind, boolean left) implements Op, Lowerable {
    /** The function. */
    public enum Kind {
        AND("BitwiseAnd"),
        OR("BitwiseOr"),
        XOR("BitwiseXor"),
        NOT("BitwiseNot"),
        SHIFT("BitShift");

        private final String onnx;

        Kind(String onnx) {
            this.onnx = onnx;
        }
    }

    static Op read(OpCall call) {
        Kind kind = Arrays.stream(Kind.values())
                .filter(each -> each.onnx.equals(call.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(call.type()));
        String direction = call.attributes().text("direction", "");
        if (kind == Kind.SHIFT && !direction.equals("LEFT") && !direction.equals("RIGHT")) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE, "attribute 'direction' must be LEFT or RIGHT, is '" + direction + "'");
        }
        return new Bitwise(kind, direction.equals("LEFT"));
    }

    @Override
    public String type() {
        return kind.onnx;
    }

    @Override
    public Map<String, Object> attributes() {
        return kind == Kind.SHIFT ? Attributes.map("direction", left ? "LEFT" : "RIGHT") : Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType a = required(inputs, 0, "A");
        if (a.dtype().isFloat() || a.dtype() == DType.BOOL) {
            throw new SelvedgeException(ErrorCode.UNSUPPORTED_DTYPE, "needs integers, got " + a);
        }
        if (kind == Kind.NOT) {
            return List.of(a);
        }
        TensorType b = required(inputs, 1, "B");
        Operands.sameDType(a, b);
        return List.of(new TensorType(a.dtype(), Strides.common(a.shape(), b.shape())));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor a = required(inputs, 0, "A");
        if (kind == Kind.NOT) {
            return List.of(Tensor.integers(a.type(), i -> ~a.getLong(i)));
        }
        Tensor b = required(inputs, 1, "B");
        Shape shape = Strides.common(a.shape(), b.shape());
        int[] as = Strides.broadcast(a.shape(), shape);
        int[] bs = Strides.broadcast(b.shape(), shape);
        return List.of(
                Tensor.integers(new TensorType(a.dtype(), shape), i -> apply(a.getLong(as[i]), b.getLong(bs[i]))));
    }

    private long apply(long a, long b) {
        return switch (kind) {
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> ~a;
            case SHIFT -> b < 0 || b >= Long.SIZE ? 0 : left ? a << b : a >>> b;
        };
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this::expr, MapLowering.compute(node, builder));
    }

    private Expr expr(List<Expr> operands) {
        Expr a = operands.getFirst();
        return switch (kind) {
            case AND -> new Expr.Binary(Expr.BinaryOp.BIT_AND, a, operands.get(1));
            case OR -> new Expr.Binary(Expr.BinaryOp.BIT_OR, a, operands.get(1));
            case XOR -> new Expr.Binary(Expr.BinaryOp.BIT_XOR, a, operands.get(1));
            case NOT -> new Expr.Unary(Expr.UnaryOp.BIT_NOT, a);
            case SHIFT ->
                new Expr.Binary(left ? Expr.BinaryOp.SHIFT_LEFT : Expr.BinaryOp.SHIFT_RIGHT, a, operands.get(1));
        };
    }
}
