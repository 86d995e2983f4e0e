package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
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
        required(inputs, 1, "axis");
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

    /** Each step adds what lies twice as far back: as many steps as the length has binary digits. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        DType dtype = builder.graph().type(node.output()).dtype();
        Compute compute = Compute.of(List.of(dtype));
        long given = builder.graph()
                .constant(node.input(1))
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "CumSum '" + node.name() + "' has no native kernel for an axis that is computed from the data"))
                .getLong(0);
        View from = builder.view(node.input(0));
        int along = Operands.axis(Operands.clamp(given), from.extents().length);
        int length = from.extents()[along];
        View out = builder.define(node.output());
        View x = reverse ? reversed(from, along) : from;
        View y = reverse ? reversed(out, along) : out;
        if (exclusive) {
            View moved = builder.temporary(node.name() + ".moved", dtype, x.extents());
            MapLowering.emit(
                    builder,
                    moved.sliced(along, 0, 1, Math.min(1, length)),
                    List.of(),
                    MapLowering.held(MapLowering.number(0), dtype, compute),
                    compute);
            if (length > 1) {
                builder.copy(x.sliced(along, 0, 1, length - 1), moved.sliced(along, 1, 1, length - 1), dtype.bytes());
            }
            x = moved;
        }
        boolean shifted = dtype == DType.INT8;
        Expr sum = MapLowering.add(
                MapLowering.unheld(new Expr.Input(0), shifted), MapLowering.unheld(new Expr.Input(1), shifted));
        for (int back = 1; back < length; back *= 2) {
            View sums = 2 * back < length ? builder.temporary(node.name() + ".sums" + back, dtype, x.extents()) : y;
            builder.copy(x.sliced(along, 0, 1, back), sums.sliced(along, 0, 1, back), dtype.bytes());
            int rest = length - back;
            MapLowering.emit(
                    builder,
                    sums.sliced(along, back, 1, rest),
                    List.of(x.sliced(along, back, 1, rest), x.sliced(along, 0, 1, rest)),
                    MapLowering.held(sum, dtype, compute),
                    compute);
            x = sums;
        }
        if (length <= 1) {
            builder.copy(x, y, dtype.bytes());
        }
    }

    private static View reversed(View view, int axis) {
        int length = view.extents()[axis];
        return length == 0 ? view : view.sliced(axis, length - 1, -1, length);
    }
}
