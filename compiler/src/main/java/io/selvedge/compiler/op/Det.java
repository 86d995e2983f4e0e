package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Determinants of square matrices: X [...,M,M], Y [...].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Det.html">ONNX Det</a>
 */
public record Det() implements Op, Lowerable {
    static Op read(OpCall call) {
        return new Det();
    }

    @Override
    public String type() {
        return "Det";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        int rank = x.shape().rank();
        Operands.floating(x);
        shapes(
                rank >= 2 && x.shape().extent(rank - 1) == x.shape().extent(rank - 2),
                "needs square matrices, got %s",
                x);
        return List.of(new TensorType(x.dtype(), new Shape(x.shape().dims().subList(0, rank - 2))));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        int m = x.shape().extent(x.shape().rank() - 1);
        double[] values = x.toDoubles();
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        return List.of(Tensor.filled(
                type, i -> determinant(Arrays.copyOfRange(values, i * m * m, (i + 1) * m * m), m)));
    }

    /** Gaussian elimination with the largest pivot of each column. */
    private static double determinant(double[] a, int m) {
        double product = 1;
        for (int k = 0; k < m; k++) {
            int pivot = k;
            for (int row = k + 1; row < m; row++) {
                pivot = Math.abs(a[row * m + k]) > Math.abs(a[pivot * m + k]) ? row : pivot;
            }
            if (a[pivot * m + k] == 0) {
                return 0;
            }
            if (pivot != k) {
                product = -product;
                for (int column = k; column < m; column++) {
                    double kept = a[k * m + column];
                    a[k * m + column] = a[pivot * m + column];
                    a[pivot * m + column] = kept;
                }
            }
            product *= a[k * m + k];
            for (int row = k + 1; row < m; row++) {
                double factor = a[row * m + k] / a[k * m + k];
                for (int column = k; column < m; column++) {
                    a[row * m + column] -= factor * a[k * m + column];
                }
            }
        }
        return product;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType x = builder.graph().type(node.input(0));
        int m = x.shape().extent(x.shape().rank() - 1);
        int scratch =
                builder.temporary(node.name() + ".matrix", DType.FLOAT64, m, m).buffer();
        List<Kernel.Operand> operands = List.of(Routines.operand(builder, node.input(0)));
        long matrices = builder.graph().type(node.output()).shape().elements();
        DenseOperands.output(
                builder,
                node.output(),
                y -> Routines.emit(
                        builder,
                        "det",
                        "sv_det",
                        operands,
                        y.buffer(),
                        OptionalInt.of(scratch),
                        x.dtype(),
                        matrices,
                        m));
    }
}
