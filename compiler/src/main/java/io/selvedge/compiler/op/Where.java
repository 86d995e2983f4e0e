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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = condition ? X : Y}, all three broadcast.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Where.html">ONNX Where</a>
 */
public record Where() implements Op, ElementWise, Lowerable {
    static Op read(OpCall call) {
        return new Where();
    }

    @Override
    public String type() {
        return "Where";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType condition = required(inputs, 0, "condition");
        TensorType x = required(inputs, 1, "X");
        TensorType y = required(inputs, 2, "Y");
        Operands.sameDType(x, y);
        return List.of(
                new TensorType(x.dtype(), Strides.common(condition.shape(), Strides.common(x.shape(), y.shape()))));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor condition = required(inputs, 0, "condition");
        Tensor x = required(inputs, 1, "X");
        Tensor y = required(inputs, 2, "Y");
        Shape shape = Strides.common(condition.shape(), Strides.common(x.shape(), y.shape()));
        int[] conditions = Strides.broadcast(condition.shape(), shape);
        Tensor wideX = x.select(shape, Strides.broadcast(x.shape(), shape));
        Tensor wideY = y.select(shape, Strides.broadcast(y.shape(), shape));
        TensorType type = new TensorType(x.dtype(), shape);
        return List.of(
                x.dtype().isFloat()
                        ? Tensor.filled(type, i -> (condition.getLong(conditions[i]) != 0 ? wideX : wideY).getDouble(i))
                        : Tensor.integers(
                                type, i -> (condition.getLong(conditions[i]) != 0 ? wideX : wideY).getLong(i)));
    }

    @Override
    public Expr expr(List<Expr> operands) {
        return new Expr.Select(operands.get(0), operands.get(1), operands.get(2));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MapLowering.lower(node, builder, this);
    }
}
