package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

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
 * Element-wise fold over one or more inputs of one dtype that broadcast; a sum rounds after each addition.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Sum.html">ONNX Sum</a>, <a
 *     href="https://onnx.ai/onnx/operators/onnx__Max.html">Max</a>
 */
public record Variadic(Kind kind) implements Op, ElementWise, Lowerable {
    /** The fold. */
    public enum Kind {
        MIN("Min"),
        MAX("Max"),
        SUM("Sum"),
        MEAN("Mean");

        private final String onnx;

        Kind(String onnx) {
            this.onnx = onnx;
        }
    }

    static Op read(OpCall call) {
        return new Variadic(Arrays.stream(Kind.values())
                .filter(kind -> kind.onnx.equals(call.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(call.type())));
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
        TensorType first = required(inputs, 0, "data_0");
        Shape shape = first.shape();
        for (int i = 1; i < inputs.size(); i++) {
            TensorType next = required(inputs, i, "data");
            Operands.sameDType(first, next);
            shape = Strides.common(shape, next.shape());
        }
        return List.of(new TensorType(first.dtype(), shape));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        List<Tensor> data = inputs.stream().map(Optional::orElseThrow).toList();
        TensorType type = infer(data.stream().map(t -> Optional.of(t.type())).toList(), List.of())
                .getFirst();
        Tensor y = data.getFirst()
                .select(type.shape(), Strides.broadcast(data.getFirst().shape(), type.shape()));
        for (Tensor next : data.subList(1, data.size())) {
            Tensor a = y;
            int[] sources = Strides.broadcast(next.shape(), type.shape());
            y = type.dtype().isFloat()
                    ? Tensor.filled(type, i -> fold(a.getDouble(i), next.getDouble(sources[i])))
                    : Tensor.integers(type, i -> fold(a.getLong(i), next.getLong(sources[i])));
        }
        Tensor sum = y;
        return List.of(kind == Kind.MEAN ? Tensor.filled(type, i -> sum.getDouble(i) / data.size()) : sum);
    }

    private double fold(double a, double b) {
        return switch (kind) {
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case SUM, MEAN -> a + b;
        };
    }

    private long fold(long a, long b) {
        return switch (kind) {
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case SUM, MEAN -> a + b;
        };
    }

    @Override
    public Expr expr(List<Expr> operands) {
        Expr.BinaryOp fold = switch (kind) {
            case MIN -> Expr.BinaryOp.MIN;
            case MAX -> Expr.BinaryOp.MAX;
            case SUM, MEAN -> Expr.BinaryOp.ADD;
        };
        Expr y = operands.getFirst();
        for (Expr next : operands.subList(1, operands.size())) {
            y = new Expr.Binary(fold, y, next);
        }
        return kind == Kind.MEAN ? new Expr.Binary(Expr.BinaryOp.DIV, y, MapLowering.number(operands.size())) : y;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}
