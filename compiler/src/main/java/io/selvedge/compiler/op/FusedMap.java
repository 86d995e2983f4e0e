package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.ExprEvaluator;
import io.selvedge.compiler.program.ExprText;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One expression over elements: {@code y[i] = expr(x0[i], x1[i], ...)}. Inputs are f32 or boolean and broadcast by ONNX's rules.
 *
 * @param outType f32, or boolean for an expression that gives 0 or 1
 */
public record FusedMap(Expr expr, DType outType) implements Op, Lowerable {
    @Override
    public String type() {
        return "FusedMap";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("expr", ExprText.print(expr), "to", (long) outType.onnxCode());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        Shape shape = Operands.required(inputs, 0, "x0").shape();
        for (int i = 1; i < inputs.size(); i++) {
            shape = Strides.common(shape, Operands.required(inputs, i, "x").shape());
        }
        return List.of(new TensorType(outType, shape));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        List<Tensor> operands = inputs.stream().map(Optional::orElseThrow).toList();
        TensorType type = infer(
                        operands.stream()
                                .map(operand -> Optional.of(operand.type()))
                                .toList(),
                        List.of())
                .getFirst();
        List<int[]> sources = operands.stream()
                .map(operand -> Strides.broadcast(operand.shape(), type.shape()))
                .toList();
        float[] values = new float[operands.size()];
        return List.of(Tensor.filled(type, i -> {
            for (int k = 0; k < values.length; k++) {
                values[k] = operands.get(k).getFloat(sources.get(k)[i]);
            }
            return ExprEvaluator.evaluate(expr, values);
        }));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        List<View> views = node.inputs().stream()
                .map(input -> builder.graph()
                        .constant(input)
                        .map(tensor -> MapLowering.weight(builder, input, tensor, Compute.F32))
                        .orElseGet(() -> builder.view(input)))
                .toList();
        builder.map(node.output(), views, expr);
    }
}
