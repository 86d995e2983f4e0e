package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y = A * B} over the last two axes, leading axes broadcast; a vector counts as one row (A) or column (B) and its
 * axis disappears. Shapes: A [...,M,K], B [...,K,N], Y [...,M,N].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MatMul.html">ONNX MatMul</a>
 */
public record MatMul() implements Op, Lowerable {
    static Op read(OpCall call) {
        return new MatMul();
    }

    @Override
    public String type() {
        return "MatMul";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    private static Shape matrix(Shape shape, boolean left) {
        if (shape.rank() != 1) {
            return shape;
        }
        return left ? Shape.of(1, shape.extent(0)) : Shape.of(shape.extent(0), 1);
    }

    private static Shape lead(Shape shape) {
        return new Shape(shape.dims().subList(0, shape.rank() - 2));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType a = required(inputs, 0, "A");
        TensorType b = required(inputs, 1, "B");
        Operands.sameDType(a, b);
        shapes(a.shape().rank() > 0 && b.shape().rank() > 0, "needs vectors or matrices, got A=%s, B=%s", a, b);
        Shape left = matrix(a.shape(), true);
        Shape right = matrix(b.shape(), false);
        shapes(
                left.extent(left.rank() - 1) == right.extent(right.rank() - 2),
                "needs A's last axis to equal B's last but one; got A=%s, B=%s",
                a,
                b);
        List<Dim> y = new ArrayList<>(Strides.common(lead(left), lead(right)).dims());
        if (a.shape().rank() > 1) {
            y.add(left.dims().get(left.rank() - 2));
        }
        if (b.shape().rank() > 1) {
            y.add(right.dims().getLast());
        }
        return List.of(new TensorType(a.dtype(), new Shape(y)));
    }

    @Override
    public long macs(List<TensorType> inputs, List<TensorType> outputs) {
        Shape a = inputs.get(0).shape();
        return outputs.getFirst().shape().elements() * a.extent(a.rank() - 1);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor a = required(inputs, 0, "A");
        Tensor b = required(inputs, 1, "B");
        Shape left = matrix(a.shape(), true);
        Shape right = matrix(b.shape(), false);
        int m = left.extent(left.rank() - 2);
        int k = left.extent(left.rank() - 1);
        int n = right.extent(right.rank() - 1);
        Shape batch = Strides.common(lead(left), lead(right));
        int[] lefts = Strides.broadcast(lead(left), batch);
        int[] rights = Strides.broadcast(lead(right), batch);
        double[] y = new double[lefts.length * m * n];
        double[] da = a.toDoubles();
        double[] db = b.toDoubles();
        for (int i = 0; i < lefts.length; i++) {
            accumulate(da, lefts[i] * m * k, k, 1, db, rights[i] * k * n, n, 1, y, i * m * n, m, k, n);
        }
        TensorType type = infer(List.of(Optional.of(a.type()), Optional.of(b.type())), List.of())
                .getFirst();
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    /** {@code y[m,n] += sum over k of a[m,k] * b[k,n]} with a row and a column stride for a and b; y is dense. */
    static void accumulate(
            double[] a,
            int aAt,
            int aRow,
            int aColumn,
            double[] b,
            int bAt,
            int bRow,
            int bColumn,
            double[] y,
            int yAt,
            int m,
            int k,
            int n) {
        for (int row = 0; row < m; row++) {
            for (int inner = 0; inner < k; inner++) {
                double factor = a[aAt + row * aRow + inner * aColumn];
                int from = bAt + inner * bRow;
                int to = yAt + row * n;
                for (int column = 0; column < n; column++) {
                    y[to + column] += factor * b[from + column * bColumn];
                }
            }
        }
    }

    /** @throws SelvedgeException UNSUPPORTED_DTYPE where no kernel multiplies matrices of the value's type */
    static void requireKernel(ProgramBuilder builder, String value) {
        TensorType type = builder.graph().type(value);
        switch (type.dtype()) {
            case FLOAT32, FLOAT64, INT32, UINT32, INT64, UINT64 -> {}
            default ->
                throw new SelvedgeException(
                        ErrorCode.UNSUPPORTED_DTYPE,
                        "matrix products have native kernels for floats and for integers of 32 and 64 bits; value '"
                                + value + "' is " + type);
        }
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        requireKernel(builder, node.output());
        Shape left = matrix(builder.graph().type(node.input(0)).shape(), true);
        Shape right = matrix(builder.graph().type(node.input(1)).shape(), false);
        int m = left.extent(left.rank() - 2);
        int k = left.extent(left.rank() - 1);
        int n = right.extent(right.rank() - 1);
        Shape lead = Strides.common(lead(left), lead(right));
        int batch = Math.toIntExact(lead.elements());
        View a = batched(builder, node.input(0), left, lead);
        View b = batched(builder, node.input(1), right, lead);
        int[] extents = {batch, m, n};
        View out = Transpose.sole(builder.graph(), node.output())
                .map(transpose -> transpose.define(builder, node.output()))
                .orElseGet(() -> builder.define(node.output()));
        View y = out.reshaped(extents)
                .orElseGet(() -> builder.temporary(
                        node.name() + ".dense",
                        builder.graph().type(node.output()).dtype(),
                        extents));
        builder.emit(
                new Kernel.MatMul(a.strided(), b.strided(), y.strided(), batch, m, k, n, 1), (long) batch * m * k * n);
        if (y.buffer() != out.buffer()) {
            builder.copy(y.reshaped(out.extents()).orElseThrow(), out, Moves.bytes(builder, node.output()));
        }
    }

    /** The operand as [batch, rows, columns]; a single matrix serves every batch, other broadcasts are copied. */
    private static View batched(ProgramBuilder builder, String value, Shape matrix, Shape lead) {
        int rows = matrix.extent(matrix.rank() - 2);
        int columns = matrix.extent(matrix.rank() - 1);
        int batch = Math.toIntExact(lead.elements());
        long own = lead(matrix).elements();
        if (own == 1 || own == batch) {
            return DenseOperands.reshaped(builder, value, (int) own, rows, columns)
                    .broadcast(batch, rows, columns);
        }
        int[] wide = Arrays.copyOf(lead.extents(), lead.rank() + 2);
        wide[lead.rank()] = rows;
        wide[lead.rank() + 1] = columns;
        View copy =
                builder.temporary(value + ".wide", builder.graph().type(value).dtype(), wide);
        builder.copy(
                DenseOperands.reshaped(builder, value, matrix.extents()).broadcast(wide),
                copy,
                Moves.bytes(builder, value));
        return copy.reshaped(batch, rows, columns).orElseThrow();
    }
}
