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
 * {@code Y = (to) X}: to integers by truncation, to booleans as {@code X != 0}, to narrower floats by rounding.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Cast.html">ONNX Cast</a>
 */
public record Cast(DType to) implements Op, ElementWise, Lowerable {
    static Op read(OpCall call) {
        int code = call.attributes().index("to");
        return new Cast(DType.ofOnnxCode(code)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "casts to ONNX element type " + code + ", which is not supported")));
    }

    /** CastLike: to the dtype of the second input, whose values do not matter. */
    static Op readLike(OpCall call) {
        DType to = call.inputType(1).dtype();
        call.keep(1);
        return new Cast(to);
    }

    @Override
    public String type() {
        return "Cast";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("to", (long) to.onnxCode());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(new TensorType(to, required(inputs, 0, "X").shape()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = new TensorType(to, x.shape());
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
        MapLowering.lower(
                node,
                builder,
                x -> to == DType.BOOL ? expr(x) : x.getFirst(),
                vectors(from) ? Compute.F32 : wide(from));
    }

    /** Vectors of f32 hold the narrow types; 32-bit integers and wider round to f32 once, as they are loaded. */
    private boolean vectors(DType from) {
        Set<DType> narrow = EnumSet.of(DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16, DType.BOOL);
        boolean loads = narrow.contains(from)
                || EnumSet.of(DType.UINT8, DType.INT8, DType.INT32, DType.INT64).contains(from);
        return loads && (to == DType.FLOAT32 || narrow.contains(from) && narrow.contains(to));
    }

    private Compute wide(DType from) {
        return from.isFloat() ? Compute.F64 : from == DType.UINT64 ? Compute.U64 : Compute.S64;
    }
}
