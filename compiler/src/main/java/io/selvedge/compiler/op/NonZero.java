package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Coordinates of the elements that are not zero, one column each, in row-major order: Y int64 [rank, count].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__NonZero.html">ONNX NonZero</a>
 */
public record NonZero() implements Selecting {
    static Op read(OpCall call) {
        return new NonZero();
    }

    @Override
    public String type() {
        return "NonZero";
    }

    @Override
    public Map<String, Object> attributes() {
        return Map.of();
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        required(inputs, 0, "X");
        return List.of(evaluate(List.of(Optional.of(Operands.known(constants, 0, "X"))))
                .getFirst()
                .type());
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        int[] extents = x.shape().extents();
        int[] strides = Strides.of(extents);
        int[] found = IntStream.range(0, x.elements())
                .filter(i -> x.getDouble(i) != 0)
                .toArray();
        return List.of(Tensor.integers(TensorType.of(DType.INT64, extents.length, found.length), i -> {
            int axis = i / found.length;
            return found[i % found.length] / strides[axis] % extents[axis];
        }));
    }

    @Override
    public boolean isDecided(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return optional(constants, 0).isPresent();
    }

    @Override
    public int openAxis(List<Optional<TensorType>> inputs) {
        return 1;
    }

    @Override
    public TensorType largest(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        return TensorType.of(
                DType.INT64, x.shape().rank(), Math.max(1, x.shape().elements()));
    }

    @Override
    public View select(Node node, ProgramBuilder builder, int most) {
        int rank = builder.extents(node.input(0)).length;
        View found = coordinates(node.name(), node.input(0), builder, most);
        builder.alias(
                node.output(),
                found.sliced(0, 0, 1, rank * most).reshaped(rank, most).orElseThrow());
        return found.sliced(0, rank * most, 1, 1);
    }

    /** Coordinates [rank, most] and the count behind them, as one row. */
    static View coordinates(String name, String value, ProgramBuilder builder, int most) {
        TensorType x = builder.graph().type(value);
        int rank = x.shape().rank();
        View found = builder.temporary(name + ".found", DType.INT64, rank * most + 1);
        Routines.emit(
                builder,
                "select",
                "sv_non_zero",
                List.of(Routines.operand(builder, value)),
                found.buffer(),
                OptionalInt.empty(),
                x.dtype(),
                x.shape().elements(),
                rank,
                x.shape().extents(),
                most);
        return found;
    }
}
