package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = (A - a_zero_point) * (B - b_zero_point)} in int32, with one zero point of A and a constant matrix B that fits into
 * 8 bits without its zero points, one or one for each column; import restates the others.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MatMulInteger.html">ONNX MatMulInteger</a>
 */
public record MatMulInteger() implements Op, Lowerable {
    /** Where the constant matrix fits a kernel this operator, else the same in products of wider numbers. */
    static Op read(OpCall call) {
        return QuantizedOperators.readMatMulInteger(call);
    }

    private static final MatMul PRODUCT = new MatMul();

    /** B without its zero points, if that is what kernels take: a matrix whose numbers fit into 8 bits. */
    public static Optional<Tensor> centred(Tensor b, Optional<Tensor> zeroPoint) {
        if (b.shape().rank() != 2 || b.elements() == 0) {
            return Optional.empty();
        }
        int columns = b.shape().extent(1);
        int zeros = zeroPoint.map(Tensor::elements).orElse(0);
        if (zeros > 1 && (zeros != columns || zeroPoint.orElseThrow().shape().rank() != 1)) {
            return Optional.empty();
        }
        byte[] centred = new byte[b.elements()];
        for (int i = 0; i < centred.length; i++) {
            int column = zeros == 1 ? 0 : i % columns;
            long value = b.getLong(i) - zeroPoint.map(z -> z.getLong(column)).orElse(0L);
            if (value != (byte) value) {
                return Optional.empty();
            }
            centred[i] = (byte) value;
        }
        return Optional.of(Tensor.integers(new TensorType(DType.INT8, b.shape()), i -> centred[i]));
    }

    /** The same of a node's input. */
    public static Optional<Tensor> centred(Graph graph, Node node) {
        return graph.constant(node.input(1))
                .flatMap(b -> centred(b, node.hasInput(3) ? graph.constant(node.input(3)) : Optional.empty()));
    }

    @Override
    public String type() {
        return "MatMulInteger";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType a = required(inputs, 0, "A");
        TensorType b = required(inputs, 1, "B");
        TensorType y = PRODUCT.infer(
                        List.of(Optional.of(a), Optional.of(new TensorType(a.dtype(), b.shape()))), List.of())
                .getFirst();
        return List.of(new TensorType(DType.INT32, y.shape()));
    }

    @Override
    public long macs(List<TensorType> inputs, List<TensorType> outputs) {
        return PRODUCT.macs(inputs, outputs);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor b = required(inputs, 1, "B");
        return List.of(product(
                required(inputs, 0, "A"),
                optional(inputs, 2),
                centred(b, optional(inputs, 3)).orElseThrow()));
    }

    /** The exact product of {@code a - zero} and a matrix; sums that leave int32 wrap around, as they do in kernels. */
    static Tensor product(Tensor a, Optional<Tensor> zeroPoint, Tensor b) {
        long zero = zeroPoint.map(z -> z.getLong(0)).orElse(0L);
        Tensor left = Tensor.filled(new TensorType(DType.FLOAT64, a.shape()), i -> a.getLong(i) - zero);
        Tensor right = Tensor.filled(new TensorType(DType.FLOAT64, b.shape()), b::getLong);
        Tensor y =
                PRODUCT.evaluate(List.of(Optional.of(left), Optional.of(right))).getFirst();
        return Tensor.integers(new TensorType(DType.INT32, y.shape()), i -> (int) (long) y.getDouble(i));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Tensor weights = centred(builder.graph(), node).orElseThrow();
        String zero = node.hasInput(2) ? node.input(2) : "";
        new GemmLowering(node, builder, weights).integers(zero, List.of(), new Expr.Input(0));
    }
}
