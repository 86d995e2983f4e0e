package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Running sums along one axis: {@code Y[i] = sum over j <= i of X[j]}; exclusive leaves out X[i], reverse runs from the end.
 * Inputs: X, axis (a scalar).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__CumSum.html">ONNX CumSum</a>
 */
public record CumSum(boolean exclusive, boolean reverse) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new CumSum(
                call.attributes().flag("exclusive", false), call.attributes().flag("reverse", false));
    }

    @Override
    public String type() {
        return "CumSum";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("exclusive", exclusive ? 1L : 0L, "reverse", reverse ? 1L : 0L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType axis = Operands.indices(required(inputs, 1, "axis"));
        shapes(axis.shape().elements() == 1, "needs one axis, got %s", axis);
        return List.of(required(inputs, 0, "x"));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "x");
        int[] extents = x.shape().extents();
        int along = Operands.axis(Operands.clamp(required(inputs, 1, "axis").getLong(0)), extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        int count = extents[along];
        double[] real = new double[x.elements()];
        long[] exact = new long[real.length];
        for (int row = 0; row < real.length / Math.max(1, count); row++) {
            int start = row / inner * count * inner + row % inner;
            double sum = 0;
            long whole = 0;
            for (int k = 0; k < count; k++) {
                int at = start + (reverse ? count - 1 - k : k) * inner;
                real[at] = exclusive ? sum : sum + x.getDouble(at);
                exact[at] = exclusive ? whole : whole + x.getLong(at);
                sum += x.getDouble(at);
                whole += x.getLong(at);
            }
        }
        return List.of(
                x.dtype().isFloat() ? Tensor.filled(x.type(), i -> real[i]) : Tensor.integers(x.type(), i -> exact[i]));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType x = builder.graph().type(node.input(0));
        Routines.call(
                builder,
                node.output(),
                "cumsum",
                "sv_cum_sum",
                List.of(node.input(0), node.input(1)),
                x.dtype(),
                x.shape().rank(),
                x.shape().extents(),
                Moves.bytes(builder, node.input(1)),
                exclusive,
                reverse);
    }
}
