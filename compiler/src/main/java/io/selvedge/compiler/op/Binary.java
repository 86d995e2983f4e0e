package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Element-wise functions of two values that broadcast: {@code Y = f(A, B)}. Arithmetic keeps the dtype (Pow that of its
 * base), comparisons give booleans, logic takes and gives booleans.
 *
 * @see <a href="https://onnx.ai/onnx/operators/">ONNX operators</a>, each under its kind's name
 */
public record Binary(Kind kind) implements Op, ElementWise, Lowerable {
    /** The function. */
    public enum Kind {
        ADD("Add"),
        SUB("Sub"),
        MUL("Mul"),
        /** Truncates on integers; by zero gives 0 there. */
        DIV("Div"),
        POW("Pow"),
        /** {@code a >= 0 ? a : a * b}; B is the slope and broadcasts to A. */
        PRELU("PRelu"),
        EQUAL("Equal"),
        LESS("Less"),
        LESS_OR_EQUAL("LessOrEqual"),
        GREATER("Greater"),
        GREATER_OR_EQUAL("GreaterOrEqual"),
        AND("And"),
        OR("Or"),
        XOR("Xor");

        private final String onnx;

        Kind(String onnx) {
            this.onnx = onnx;
        }

        /** ONNX operator type. */
        public String onnx() {
            return onnx;
        }

        /** Whether the result is a boolean. */
        public boolean isPredicate() {
            return switch (this) {
                case ADD, SUB, MUL, DIV, POW, PRELU -> false;
                case EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR, XOR -> true;
            };
        }
    }

    static Op read(OpCall call) {
        Kind read = Arrays.stream(Kind.values())
                .filter(kind -> kind.onnx.equals(call.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(call.type()));
        if (call.opset() < 7) {
            placeAtAxis(call, read);
        }
        return new Binary(read);
    }

    /** Opset 6 has B begin at an axis of A (a slope of PRelu at the channels) instead of ending at its last. */
    private static void placeAtAxis(OpCall call, Kind kind) {
        Attributes attributes = call.attributes();
        int a = call.extents(0).length;
        int[] b = call.extents(1);
        boolean slope = kind == Kind.PRELU && b.length == 1 && b[0] > 1;
        if (!slope && !(attributes.flag("broadcast", false) && attributes.has("axis"))) {
            return;
        }
        int axis = slope ? Math.min(1, a - 1) : Operands.axis(attributes.index("axis"), a);
        Operands.shapes(
                axis + b.length <= a,
                "needs B's axes to lie within A's from axis %s on; got A=%s, B=%s",
                axis,
                call.inputType(0),
                call.inputType(1));
        if (axis + b.length < a) {
            long[] extents = new long[a - axis];
            Arrays.setAll(extents, i -> i < b.length ? b[i] : 1);
            String shape = call.constant("placed_shape", Tensor.longs(extents, extents.length));
            call.set(1, call.before("placed", new Reshape(false), call.input(1), shape));
        }
    }

    @Override
    public String type() {
        return kind.onnx;
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType a = required(inputs, 0, "A");
        TensorType b = required(inputs, 1, "B");
        if (kind != Kind.POW) {
            Operands.sameDType(a, b);
        }
        Shape y = Strides.common(a.shape(), b.shape());
        if (kind == Kind.PRELU) {
            Operands.shapes(y.equals(a.shape()), "needs the slope to broadcast to X; got X=%s, slope=%s", a, b);
        }
        return List.of(new TensorType(kind.isPredicate() ? DType.BOOL : a.dtype(), y));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor a = required(inputs, 0, "A");
        Tensor b = required(inputs, 1, "B");
        Shape shape = Strides.common(a.shape(), b.shape());
        TensorType type = new TensorType(kind.isPredicate() ? DType.BOOL : a.dtype(), shape);
        int[] as = Strides.broadcast(a.shape(), shape);
        int[] bs = Strides.broadcast(b.shape(), shape);
        if (kind == Kind.EQUAL && a.dtype() == DType.STRING) {
            return List.of(Tensor.integers(type, i -> a.getText(as[i]).equals(b.getText(bs[i])) ? 1 : 0));
        }
        if (a.dtype().isFloat() || (kind == Kind.POW && b.dtype().isFloat())) {
            return List.of(Tensor.filled(type, i -> apply(a.getDouble(as[i]), b.getDouble(bs[i]))));
        }
        return List.of(Tensor.integers(type, i -> apply(a.getLong(as[i]), b.getLong(bs[i]))));
    }

    /** The function, before rounding to the dtype; predicates give 0 or 1. */
    public double apply(double a, double b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> Math.pow(a, b);
            case PRELU -> a >= 0 ? a : a * b;
            case EQUAL -> a == b ? 1 : 0;
            case LESS -> a < b ? 1 : 0;
            case LESS_OR_EQUAL -> a <= b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
            case GREATER_OR_EQUAL -> a >= b ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case OR -> a != 0 || b != 0 ? 1 : 0;
            case XOR -> a != 0 ^ b != 0 ? 1 : 0;
        };
    }

    private long apply(long a, long b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : a / b;
            case EQUAL -> a == b ? 1 : 0;
            case LESS -> a < b ? 1 : 0;
            case LESS_OR_EQUAL -> a <= b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
            case GREATER_OR_EQUAL -> a >= b ? 1 : 0;
            case POW, PRELU, AND, OR, XOR -> (long) apply((double) a, (double) b);
        };
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr a = operands.get(0);
        Expr b = operands.get(1);
        return switch (kind) {
            case PRELU ->
                new Expr.Select(
                        new Expr.Binary(Expr.BinaryOp.GREATER_EQUAL, a, MapLowering.number(0)),
                        a,
                        MapLowering.mul(a, b));
            case POW -> power(a, b);
            case LESS_OR_EQUAL -> new Expr.Binary(Expr.BinaryOp.LESS_EQUAL, a, b);
            case GREATER_OR_EQUAL -> new Expr.Binary(Expr.BinaryOp.GREATER_EQUAL, a, b);
            case ADD, SUB, MUL, DIV, EQUAL, LESS, GREATER, AND, OR, XOR ->
                new Expr.Binary(Expr.BinaryOp.valueOf(kind.name()), a, b);
        };
    }

    /** The exponents that normalisations use cost no logarithm. */
    private static Expr power(Expr a, Expr b) {
        if (b.equals(new Expr.Const(2))) {
            return MapLowering.mul(a, a);
        }
        if (b.equals(new Expr.Const(0.5))) {
            return MapLowering.unary(Expr.UnaryOp.SQRT, a);
        }
        return new Expr.Binary(Expr.BinaryOp.POW, a, b);
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}
