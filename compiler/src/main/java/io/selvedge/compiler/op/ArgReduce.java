package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * ArgMax and ArgMin: the index (int64) of the extreme along one axis, the first or the last of equals.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ArgMax.html">ONNX ArgMax</a>
 */
public record ArgReduce(boolean max, int axis, boolean keepDims, boolean selectLast) implements Op, Lowerable {
    static Op read(OpCall call) {
        return new ArgReduce(
                call.type().equals("ArgMax"),
                call.axis(0),
                call.attributes().flag("keepdims", true),
                call.attributes().flag("select_last_index", false));
    }

    @Override
    public String type() {
        return max ? "ArgMax" : "ArgMin";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "axis", (long) axis, "keepdims", keepDims ? 1L : 0L, "select_last_index", selectLast ? 1L : 0L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "data");
        int along = Operands.axis(axis, x.shape().rank());
        List<Long> y = new ArrayList<>();
        for (int a = 0; a < x.shape().rank(); a++) {
            if (a != along) {
                y.add((long) x.shape().extent(a));
            } else if (keepDims) {
                y.add(1L);
            }
        }
        return List.of(TensorType.of(DType.INT64, y.stream().mapToLong(n -> n).toArray()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "data");
        int[] extents = x.shape().extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        return List.of(Tensor.integers(type, i -> {
            int start = i / inner * extents[along] * inner + i % inner;
            int best = 0;
            for (int k = 1; k < extents[along]; k++) {
                int more = ElementOrder.compare(x, start + k * inner, start + best * inner);
                if (max ? more > 0 : more < 0) {
                    best = k;
                } else if (selectLast && more == 0) {
                    best = k;
                }
            }
            return best;
        }));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType x = builder.graph().type(node.input(0));
        int[] extents = x.shape().extents();
        int along = Operands.axis(axis, extents.length);
        Routines.call(
                builder,
                node.output(),
                "order",
                "sv_arg_reduce",
                List.of(node.input(0)),
                x.dtype(),
                Strides.product(extents, 0, along),
                extents[along],
                Strides.product(extents, along + 1, extents.length),
                max,
                selectLast);
    }
}
