package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The first {@code lengths[b]} steps of each sequence b in reverse order, the rest as it is. Time and batch are the first two
 * axes in either order. Inputs: X, lengths [batch].
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ReverseSequence.html">ONNX ReverseSequence</a>
 */
public record ReverseSequence(int batchAxis, int timeAxis) implements Op, Lowerable {
    static Op read(OpCall call) {
        int batch = call.attributes().index("batch_axis", 1);
        int time = call.attributes().index("time_axis", 0);
        if (batch < 0 || time < 0 || batch + time != 1) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "batch_axis and time_axis must be 0 and 1 or 1 and 0, are " + batch + " and " + time);
        }
        return new ReverseSequence(batch, time);
    }

    @Override
    public String type() {
        return "ReverseSequence";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("batch_axis", (long) batchAxis, "time_axis", (long) timeAxis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        TensorType lengths = Operands.int64(required(inputs, 1, "sequence_lens"));
        shapes(
                x.shape().rank() >= 2
                        && lengths.shape().equals(Shape.of(x.shape().extent(batchAxis))),
                "needs an input of rank 2 or more and a length for each batch; got input=%s, sequence_lens=%s",
                x,
                lengths);
        return List.of(x);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        Tensor lengths = required(inputs, 1, "sequence_lens");
        int[] extents = x.shape().extents();
        int[] strides = Strides.of(extents);
        int[] sources = new int[x.elements()];
        Arrays.setAll(sources, i -> {
            int batch = i / strides[batchAxis] % extents[batchAxis];
            int time = i / strides[timeAxis] % extents[timeAxis];
            int length = Math.clamp(lengths.getLong(batch), 0, extents[timeAxis]);
            return time < length ? i + (length - 1 - 2 * time) * strides[timeAxis] : i;
        });
        return List.of(x.select(x.shape(), sources));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        int[] extents = builder.extents(node.input(0));
        Routines.call(
                builder,
                node.output(),
                "moves",
                "sv_reverse_sequence",
                List.of(node.input(0), node.input(1)),
                extents[batchAxis],
                extents[timeAxis],
                batchAxis == 0 ? extents[1] : 1,
                timeAxis == 0 ? extents[1] : 1,
                (long) Strides.product(extents, 2, extents.length) * Moves.bytes(builder, node.output()));
    }
}
