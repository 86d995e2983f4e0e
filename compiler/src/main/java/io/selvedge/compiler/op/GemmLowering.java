package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import io.selvedge.compiler.program.WeightPacking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Products of a value [...,K], the node's first input, and a constant matrix [K,N], its second. */
final class GemmLowering {
    private final Node node;
    private final ProgramBuilder builder;
    private final Tensor matrix;
    private final int m;
    private final int k;
    private final int n;

    GemmLowering(Node node, ProgramBuilder builder, Tensor matrix) {
        this.node = node;
        this.builder = builder;
        this.matrix = matrix;
        this.k = matrix.shape().extent(0);
        this.n = matrix.shape().extent(1);
        this.m = Strides.product(builder.extents(node.output()), 0, builder.extents(node.output()).length - 1);
    }

    void floats(List<String> operands, Expr epilogue) {
        float[] columns = new float[n * k];
        float[] values = matrix.toFloats();
        for (int i = 0; i < values.length; i++) {
            columns[i % n * k + i / n] = values[i];
        }
        int weights = builder.weight(node.input(1) + ".conv" + k, WeightPacking.conv(columns, n, k, 1, 1, k));
        emit(weights, Optional.empty(), operands, epilogue);
    }

    /** @param zeroPoint of a, a scalar; empty if it is 0 */
    void integers(String zeroPoint, List<String> operands, Expr epilogue) {
        byte[] columns = new byte[n * k];
        int[] sums = new int[n];
        for (int i = 0; i < columns.length; i++) {
            byte value = (byte) matrix.getLong(i);
            columns[i % n * k + i / n] = value;
            sums[i % n] += value;
        }
        String name = node.input(1);
        int weights = builder.weight(name + ".qconv" + k, WeightPacking.qconv(columns, n, k, 1, 1, k, false));
        DType dtype = builder.graph().type(node.input(0)).dtype();
        Optional<Tensor> known = zeroPoint.isEmpty()
                ? Optional.of(Tensor.longs(new long[1]))
                : builder.graph().constant(zeroPoint);
        Kernel.Gemm.Integers integers;
        if (known.isPresent()) {
            int zero = ProgramBuilder.zeroPoint(dtype, (int) known.get().getLong(0));
            int[] bias = Arrays.stream(sums).map(sum -> -zero * sum).toArray();
            integers = new Kernel.Gemm.Integers(
                    zero == 0
                            ? OptionalInt.empty()
                            : OptionalInt.of(builder.weight(name + ".bias" + zero, WeightPacking.vector(bias))),
                    OptionalInt.empty(),
                    OptionalInt.empty());
        } else {
            integers = new Kernel.Gemm.Integers(
                    OptionalInt.empty(),
                    OptionalInt.of(builder.weight(name + ".sums", WeightPacking.vector(sums))),
                    OptionalInt.of(DenseOperands.input(builder, zeroPoint).buffer()));
        }
        emit(weights, Optional.of(integers), operands, epilogue);
    }

    private void emit(int weights, Optional<Kernel.Gemm.Integers> integers, List<String> operands, Expr epilogue) {
        View a = DenseOperands.reshaped(builder, node.input(0), m, k);
        if (k > 1 && a.strides()[1] != 1) {
            a = builder.dense(node.input(0)).reshaped(m, k).orElseThrow();
        }
        List<Kernel.Strided> views = new ArrayList<>();
        for (String operand : operands) {
            View view = builder.view(operand);
            views.add((view.elements() == m * n
                            ? DenseOperands.reshaped(builder, operand, m, n)
                            : view.reshaped(view.elements()).orElseThrow().broadcast(m, n))
                    .strided());
        }
        View out = builder.define(node.output());
        View y = out.reshaped(m, n)
                .filter(view -> n == 1 || view.strides()[1] == 1)
                .orElseGet(() -> builder.temporary(
                        node.name() + ".dense",
                        builder.graph().type(node.output()).dtype(),
                        m,
                        n));
        builder.emit(
                new Kernel.Gemm(a.strided(), weights, integers, y.strided(), views, m, k, n, epilogue),
                (long) m * k * n);
        if (y.buffer() != out.buffer()) {
            builder.copy(y.reshaped(out.extents()).orElseThrow(), out, Moves.bytes(builder, node.output()));
        }
    }
}
