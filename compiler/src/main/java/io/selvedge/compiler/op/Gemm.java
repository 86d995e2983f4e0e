package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = alpha * A' * B' + beta * C}, A' and B' being A and B or their transposes. Shapes: A' [M,K], B' [K,N],
 * C broadcasts to Y [M,N]; one dtype.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Gemm.html">ONNX Gemm</a>
 */
public record Gemm(float alpha, float beta, boolean transA, boolean transB) implements Op, Lowerable {
    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        return new Gemm(
                attributes.number("alpha", 1),
                attributes.number("beta", 1),
                attributes.flag("transA", false),
                attributes.flag("transB", false));
    }

    @Override
    public String type() {
        return "Gemm";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("alpha", alpha, "beta", beta, "transA", transA ? 1L : 0L, "transB", transB ? 1L : 0L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType a = required(inputs, 0, "A");
        TensorType b = required(inputs, 1, "B");
        Operands.sameDType(a, b);
        shapes(a.shape().rank() == 2 && b.shape().rank() == 2, "needs matrices, got A=%s, B=%s", a, b);
        int k = a.shape().extent(transA ? 0 : 1);
        shapes(
                k == b.shape().extent(transB ? 1 : 0),
                "needs A's axis %s to equal B's axis %s; got A=%s, B=%s",
                transA ? 0 : 1,
                transB ? 1 : 0,
                a,
                b);
        Shape y = Shape.of(a.shape().extent(transA ? 1 : 0), b.shape().extent(transB ? 0 : 1));
        optional(inputs, 2)
                .ifPresent(c ->
                        shapes(Strides.common(c.shape(), y).equals(y), "needs C to broadcast to %s, got C=%s", y, c));
        return List.of(new TensorType(a.dtype(), y));
    }

    @Override
    public long macs(List<TensorType> inputs, List<TensorType> outputs) {
        return outputs.getFirst().shape().elements() * inputs.get(0).shape().extent(transA ? 0 : 1);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor a = required(inputs, 0, "A");
        Tensor b = required(inputs, 1, "B");
        int m = a.shape().extent(transA ? 1 : 0);
        int k = a.shape().extent(transA ? 0 : 1);
        int n = b.shape().extent(transB ? 0 : 1);
        double[] y = new double[m * n];
        MatMul.accumulate(
                a.toDoubles(),
                0,
                transA ? 1 : k,
                transA ? m : 1,
                b.toDoubles(),
                0,
                transB ? 1 : n,
                transB ? k : 1,
                y,
                0,
                m,
                k,
                n);
        Shape shape = Shape.of(m, n);
        if (inputs.size() > 2 && inputs.get(2).isPresent()) {
            Tensor c = inputs.get(2).get();
            int[] sources = Strides.broadcast(c.shape(), shape);
            return List.of(Tensor.filled(
                    new TensorType(a.dtype(), shape), i -> alpha * y[i] + beta * c.getDouble(sources[i])));
        }
        return List.of(Tensor.filled(new TensorType(a.dtype(), shape), i -> alpha * y[i]));
    }

    /** For operands that are not constant; fusion takes the others. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        MatMul.requireKernel(builder, node.output());
        DType dtype = builder.graph().type(node.output()).dtype();
        boolean vectors = dtype == DType.FLOAT32;
        View a = builder.view(node.input(0));
        View b = builder.view(node.input(1));
        View left = transA ? a.permuted(1, 0) : a;
        View right = transB ? b.permuted(1, 0) : b;
        int m = left.extents()[0];
        int k = left.extents()[1];
        int n = right.extents()[1];
        boolean bias = node.hasInput(2);
        boolean scaled = bias || !vectors && alpha != 1;
        View y = scaled ? builder.temporary(node.name() + ".product", dtype, m, n) : builder.define(node.output());
        builder.emit(
                new Kernel.MatMul(
                        Moves.repeated(left, 0, 1).strided(),
                        Moves.repeated(right, 0, 1).strided(),
                        Moves.repeated(y, 0, 1).strided(),
                        1,
                        m,
                        k,
                        n,
                        vectors ? alpha : 1),
                (long) m * k * n);
        if (!scaled) {
            return;
        }
        Compute compute = vectors ? Compute.F32 : Compute.F64;
        List<View> views = new ArrayList<>(List.of(y));
        Expr product = vectors || alpha == 1
                ? new Expr.Input(0)
                : MapLowering.mul(MapLowering.number(alpha), new Expr.Input(0));
        if (bias) {
            Expr c = MapLowering.operand(node.input(2), builder, views, compute);
            product = MapLowering.add(product, beta == 1 ? c : MapLowering.mul(MapLowering.number(beta), c));
        }
        builder.map(node.output(), views, product, compute);
    }
}
