package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = min(max(X, min), max)}. Inputs: X, optional scalar min, optional scalar max.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Clip.html">ONNX Clip</a>
 */
public record Clip() implements Op, ElementWise, Lowerable {
    static Op read(OpCall call) {
        if (call.opset() < 11 && call.has(0)) {
            DType dtype = call.inputType(0).dtype();
            if (call.attributes().has("min")) {
                call.set(1, "min", dtype, call.attributes().number("min", 0));
            }
            if (call.attributes().has("max")) {
                call.set(2, "max", dtype, call.attributes().number("max", 0));
            }
        }
        if (call.has(2) && !call.has(1)) {
            DType dtype = call.inputType(0).dtype();
            call.set(
                    1,
                    "min",
                    dtype.isFloat()
                            ? Tensor.filled(TensorType.of(dtype), _ -> Double.NEGATIVE_INFINITY)
                            : Tensor.integers(TensorType.of(dtype), _ -> lowest(dtype)));
        }
        return new Clip();
    }

    private static long lowest(DType dtype) {
        return dtype == DType.INT64 ? Long.MIN_VALUE : QuantizeLinear.lowest(dtype);
    }

    @Override
    public String type() {
        return "Clip";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        for (int i = 1; i < 3; i++) {
            optional(inputs, i).ifPresent(bound -> {
                Operands.sameDType(x, bound);
                Operands.shapes(bound.shape().elements() == 1, "needs scalar bounds, got %s", bound);
            });
        }
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Optional<Tensor> min = optional(inputs, 1);
        Optional<Tensor> max = optional(inputs, 2);
        if (x.dtype().isFloat()) {
            double lo = min.map(t -> t.getDouble(0)).orElse(Double.NEGATIVE_INFINITY);
            double hi = max.map(t -> t.getDouble(0)).orElse(Double.POSITIVE_INFINITY);
            return List.of(Tensor.filled(x.type(), i -> Math.min(Math.max(x.getDouble(i), lo), hi)));
        }
        long lo = min.map(t -> t.getLong(0)).orElse(Long.MIN_VALUE);
        long hi = max.map(t -> t.getLong(0)).orElse(Long.MAX_VALUE);
        return List.of(Tensor.integers(x.type(), i -> Math.min(Math.max(x.getLong(i), lo), hi)));
    }

    /** Import gives an absent minimum below a maximum its value, so that two operands are always X and the minimum. */
    @Override
    public Expr expr(List<Expr> operands) {
        Expr y = operands.getFirst();
        if (operands.size() > 1) {
            y = new Expr.Binary(Expr.BinaryOp.MAX, y, operands.get(1));
        }
        return operands.size() > 2 ? new Expr.Binary(Expr.BinaryOp.MIN, y, operands.get(2)) : y;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}
