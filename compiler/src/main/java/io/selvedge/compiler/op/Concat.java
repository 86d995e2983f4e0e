package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Inputs side by side along one axis; the other extents are equal.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Concat.html">ONNX Concat</a>
 */
public record Concat(int axis) implements Op, Lowerable {
    static Op read(OpCall call) {
        call.attributes().index("axis");
        return new Concat(call.axis(0));
    }

    @Override
    public String type() {
        return "Concat";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType first = required(inputs, 0, "inputs");
        int along = Operands.axis(axis, first.shape().rank());
        long[] y = new long[first.shape().rank()];
        for (int i = 0; i < inputs.size(); i++) {
            TensorType next = required(inputs, i, "inputs");
            Operands.sameDType(first, next);
            shapes(next.shape().rank() == y.length, "needs inputs of one rank, got %s and %s", first, next);
            for (int a = 0; a < y.length; a++) {
                shapes(
                        a == along || next.shape().extent(a) == first.shape().extent(a),
                        "needs equal extents but on axis %s, got %s and %s",
                        along,
                        first,
                        next);
                y[a] = a == along ? y[a] + next.shape().extent(a) : next.shape().extent(a);
            }
        }
        return List.of(TensorType.of(first.dtype(), y));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        List<Tensor> parts = inputs.stream().map(Optional::orElseThrow).toList();
        TensorType type = infer(parts.stream().map(t -> Optional.of(t.type())).toList(), List.of())
                .getFirst();
        int along = Operands.axis(axis, type.shape().rank());
        int outer = Strides.product(type.shape().extents(), 0, along);
        if (type.dtype() == DType.STRING) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < outer; i++) {
                for (Tensor part : parts) {
                    int run = part.elements() / outer;
                    texts.addAll(part.toTexts().subList(i * run, (i + 1) * run));
                }
            }
            return List.of(Tensor.texts(type.shape(), texts::get));
        }
        byte[] bytes =
                new byte[Math.toIntExact(type.shape().elements() * type.dtype().bytes())];
        List<ByteBuffer> sources = parts.stream().map(Tensor::bytes).toList();
        int at = 0;
        for (int i = 0; i < outer; i++) {
            for (ByteBuffer source : sources) {
                int run = source.capacity() / outer;
                source.get(i * run, bytes, at, run);
                at += run;
            }
        }
        return List.of(Tensor.of(type, bytes));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        List<View> parts = node.inputs().stream().map(builder::view).toList();
        View out = builder.defineLike(node.output(), parts);
        int along = Operands.axis(axis, out.extents().length);
        int start = 0;
        for (View part : parts) {
            int extent = part.extents()[along];
            if (part.elements() > 0) {
                builder.copy(part, out.sliced(along, start, 1, extent), Moves.bytes(builder, node.output()));
            }
            start += extent;
        }
    }
}
