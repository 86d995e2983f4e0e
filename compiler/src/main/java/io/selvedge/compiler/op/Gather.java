package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y[a, i, b] = data[a, indices[i], b]} with {@code axis} between a and b; negative indices count from the end.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Gather.html">ONNX Gather</a>
 */
public record Gather(int axis) implements Op {
    static Op read(OpCall call) {
        return new Gather(call.axis(0));
    }

    @Override
    public String type() {
        return "Gather";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType data = required(inputs, 0, "data");
        TensorType indices = required(inputs, 1, "indices");
        int along = Operands.axis(axis, data.shape().rank());
        List<Dim> y = new ArrayList<>(data.shape().dims().subList(0, along));
        y.addAll(indices.shape().dims());
        y.addAll(data.shape().dims().subList(along + 1, data.shape().rank()));
        return List.of(new TensorType(data.dtype(), new Shape(y)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor data = required(inputs, 0, "data");
        Tensor indices = required(inputs, 1, "indices");
        int[] extents = data.shape().extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        int count = indices.elements();
        Shape shape = infer(List.of(Optional.of(data.type()), Optional.of(indices.type())), List.of())
                .getFirst()
                .shape();
        int[] sources = new int[Math.toIntExact(shape.elements())];
        for (int i = 0; i < sources.length; i++) {
            long index = indices.getLong(i / inner % count);
            if (index < -extents[along] || index >= extents[along]) {
                throw new SelvedgeException(
                        ErrorCode.BAD_DATA,
                        "Gather index " + index + " is outside axis " + along + " of " + data.type());
            }
            int position = (int) (index < 0 ? index + extents[along] : index);
            sources[i] = (i / inner / count * extents[along] + position) * inner + i % inner;
        }
        return List.of(data.select(shape, sources));
    }
}
