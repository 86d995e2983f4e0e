package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code Y = (to) X}: to integers by truncation, to booleans as {@code X != 0}, to narrower floats by rounding, to and from
 * strings as decimal text.
 *
 * @param saturate whether what is too large for an eight-bit float becomes its largest number, not infinity or NaN
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Cast.html">ONNX Cast</a>
 */
public record Cast(DType to, boolean saturate) implements Op, ElementWise, Lowerable {
    public Cast(DType to) {
        this(to, true);
    }

    static Op read(OpCall call) {
        int code = call.attributes().index("to");
        return new Cast(
                DType.ofOnnxCode(code)
                        .orElseThrow(() -> new SelvedgeException(
                                ErrorCode.UNSUPPORTED_DTYPE,
                                "casts to ONNX element type " + code + ", which is not supported")),
                call.attributes().flag("saturate", true));
    }

    /** CastLike: to the dtype of the second input, whose values do not matter. */
    static Op readLike(OpCall call) {
        DType to = call.inputType(1).dtype();
        call.keep(1);
        return new Cast(to, call.attributes().flag("saturate", true));
    }

    @Override
    public String type() {
        return "Cast";
    }

    @Override
    public Map<String, Object> attributes() {
        // Files of old opsets have no such attribute, and it says nothing about other dtypes.
        return to.float8().isPresent() && !saturate
                ? Attributes.map("saturate", 0L, "to", (long) to.onnxCode())
                : Attributes.map("to", (long) to.onnxCode());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(new TensorType(to, required(inputs, 0, "X").shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = new TensorType(to, x.shape());
        if (x.dtype() == DType.STRING || to == DType.STRING) {
            return List.of(TextNumber.cast(x, type));
        }
        if (!saturate && to.float8().isPresent()) {
            byte[] codes = new byte[x.elements()];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = to.float8().get().encode(x.getDouble(i), false);
            }
            return List.of(Tensor.of(type, codes));
        }
        if (to.isFourBits() && x.dtype().isFloat()) {
            // The standard leaves open what becomes of numbers out of range; clamping is what the suite expects.
            return List.of(Tensor.integers(
                    type, i -> Math.clamp(x.getLong(i), QuantizeLinear.lowest(to), QuantizeLinear.highest(to))));
        }
        if (to == DType.BOOL) {
            return List.of(Tensor.integers(type, i -> x.getDouble(i) != 0 ? 1 : 0));
        }
        return List.of(x.dtype().isFloat() ? Tensor.filled(type, x::getDouble) : Tensor.integers(type, x::getLong));
    }

    /** Kernels truncate when they store integers; the halves round here, so that a fused kernel does it too. */
    @Override
    public Expr expr(List<Expr> operands) {
        Expr x = operands.getFirst();
        return switch (to) {
            case BOOL ->
                new Expr.Select(
                        new Expr.Binary(Expr.BinaryOp.EQUAL, x, MapLowering.number(0)),
                        MapLowering.number(0),
                        MapLowering.number(1));
            case FLOAT16 -> MapLowering.unary(Expr.UnaryOp.TO_HALF, x);
            case BFLOAT16 -> MapLowering.unary(Expr.UnaryOp.TO_BFLOAT, x);
            default -> x;
        };
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        DType from = builder.graph().type(node.input(0)).dtype();
        if (from == to) {
            builder.alias(node.output(), builder.view(node.input(0)));
            return;
        }
        if (from == DType.STRING || to == DType.STRING) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_DTYPE, "Cast '" + node.name() + "' has no native kernel for texts");
        }
        MapLowering.lower(
                node,
                builder,
                x -> to == DType.BOOL ? expr(x) : inRange(x.getFirst(), from),
                vectors(from) ? Compute.F32 : wide(from));
    }

    /** Stores of eight-bit floats do not saturate, those of integers wrap. */
    private Expr inRange(Expr x, DType from) {
        if (saturate && to.float8().isPresent()) {
            double max = to.float8().get().max();
            return QuantizeLinear.between(x, -max, max);
        }
        boolean clamps = to.isFourBits() && from.isFloat();
        return clamps
                ? QuantizeLinear.between(x, (double) QuantizeLinear.lowest(to), (double) QuantizeLinear.highest(to))
                : x;
    }

    /** Vectors of f32 hold the narrow types; 32-bit integers and wider round to f32 once, as they are loaded. */
    private boolean vectors(DType from) {
        Set<DType> narrow = EnumSet.of(DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16, DType.BOOL);
        boolean loads = narrow.contains(from)
                || EnumSet.of(DType.UINT8, DType.INT8, DType.INT32, DType.INT64).contains(from);
        return loads && (to == DType.FLOAT32 || narrow.contains(from) && narrow.contains(to));
    }

    private Compute wide(DType from) {
        return from.isFloat() || to.float8().isPresent()
                ? Compute.F64
                : from == DType.UINT64 ? Compute.U64 : Compute.S64;
    }
}
