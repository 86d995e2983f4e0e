package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.ExprEvaluator;
import io.selvedge.compiler.program.ExprText;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A product with a constant matrix and the element-wise operators that follow: {@code y = epilogue((a - zero) * b, operands)}.
 * Inputs: a [...,K], f32 or 8 bits; constant b [K,N], f32 or int8; the zero point of an 8-bit a, or nothing; f32 operands of
 * y's shape, of shape [N], or of one element. Products of integers are exact and become f32 then. y is f32.
 *
 * @param epilogue over Input(0) = the product, Input(i) = operand i - 1
 */
public record FusedMatMul(Expr epilogue) implements Op, Lowerable {
    /** Inputs before the operands. */
    private static final int FIXED = 3;

    @Override
    public String type() {
        return "FusedMatMul";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("epilogue", ExprText.print(epilogue));
    }

    /** Whether a value can be an operand of a product of type y. */
    public static boolean takes(TensorType operand, TensorType y) {
        int[] extents = operand.shape().extents();
        int last = extents.length - 1;
        int columns = y.shape().extent(y.shape().rank() - 1);
        boolean row = Strides.product(extents, 0, Math.max(0, last)) == 1
                && extents.length <= y.shape().rank()
                && (last < 0 || extents[last] == 1 || extents[last] == columns);
        return operand.dtype() == DType.FLOAT32 && (row || operand.shape().equals(y.shape()));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType a = required(inputs, 0, "a");
        TensorType b = new TensorType(a.dtype(), required(inputs, 1, "b").shape());
        TensorType product = new MatMul()
                .infer(List.of(Optional.of(a), Optional.of(b)), List.of())
                .getFirst();
        TensorType y = new TensorType(DType.FLOAT32, product.shape());
        operands(inputs)
                .forEach(operand -> Operands.shapes(
                        takes(operand, y), "needs operands that fit a product of type %s, got %s", y, operand));
        return List.of(y);
    }

    @Override
    public long macs(List<TensorType> inputs, List<TensorType> outputs) {
        return new MatMul().macs(inputs, outputs);
    }

    private static <T> List<T> operands(List<Optional<T>> inputs) {
        return inputs.stream().skip(FIXED).map(Optional::orElseThrow).toList();
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor a = required(inputs, 0, "a");
        Tensor b = required(inputs, 1, "b");
        Tensor product = b.dtype() == DType.FLOAT32
                ? new MatMul().evaluate(inputs.subList(0, 2)).getFirst()
                : MatMulInteger.product(a, optional(inputs, 2), b);
        List<Tensor> operands = operands(inputs);
        List<int[]> at = operands.stream()
                .map(operand -> Strides.broadcast(operand.shape(), product.shape()))
                .toList();
        float[] values = new float[1 + operands.size()];
        return List.of(Tensor.filled(new TensorType(DType.FLOAT32, product.shape()), i -> {
            values[0] = b.dtype() == DType.FLOAT32 ? product.getFloat(i) : (float) product.getLong(i);
            for (int k = 1; k < values.length; k++) {
                values[k] = operands.get(k - 1).getFloat(at.get(k - 1)[i]);
            }
            return ExprEvaluator.evaluate(epilogue, values);
        }));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Tensor b = builder.graph().constant(node.input(1)).orElseThrow();
        List<String> operands = new ArrayList<>(node.inputs()
                .subList(Math.min(FIXED, node.inputs().size()), node.inputs().size()));
        GemmLowering lowering = new GemmLowering(node, builder, b);
        if (b.dtype() == DType.FLOAT32) {
            lowering.floats(operands, epilogue);
        } else {
            lowering.integers(node.hasInput(2) ? node.input(2) : "", operands, epilogue);
        }
    }
}
