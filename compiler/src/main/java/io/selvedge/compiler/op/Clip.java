package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ElementWise;
import io.selvedge.compiler.program.Expr;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = min(max(X, min), max)}. Inputs: X, optional scalar min, optional scalar max.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Clip.html">ONNX Clip</a>
 */
public record Clip() implements Op, ElementWise {
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
        if (call.has(0) && !call.has(1) && call.has(2) && call.inputType(0).dtype().isFloat()) {
            call.set(1, "min", call.inputType(0).dtype(), Double.NEGATIVE_INFINITY);
        }
        return new Clip();
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

    /** Import gives a minimum to a Clip that has only a maximum, so the operands' number tells which they are. */
    @Override
    public Expr expr(List<Expr> operands) {
        Expr raised = operands.size() > 1
                ? new Expr.Binary(Expr.BinaryOp.MAX, operands.get(0), operands.get(1))
                : operands.getFirst();
        return operands.size() > 2 ? new Expr.Binary(Expr.BinaryOp.MIN, raised, operands.get(2)) : raised;
    }
}
