package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of the input along one axis; the second input lists their extents.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Split.html">ONNX Split</a>
 */
public record Split(int axis) implements Op, Lowerable {
    static Op read(OpCall call) {
        int axis = call.axis(0);
        if (call.attributes().has("split")) {
            call.set(1, "split", call.attributes().integers("split"));
        } else if (call.has(0) && !call.has(1)) {
            int parts = call.attributes().index("num_outputs", call.outputs());
            if (parts != call.outputs()) {
                throw new SelvedgeException(
                        ErrorCode.BAD_ATTRIBUTE, "num_outputs is " + parts + "; it has " + call.outputs() + " outputs");
            }
            int extent = call.extents(0)[axis];
            int part = (extent + parts - 1) / parts;
            if (part * (parts - 1) > extent || (call.opset() < 18 && extent % parts != 0)) {
                throw new SelvedgeException(
                        ErrorCode.SHAPE_MISMATCH,
                        "splits axis " + axis + " of " + call.inputType(0) + " into " + parts);
            }
            List<Integer> sizes = new ArrayList<>(Collections.nCopies(parts, part));
            sizes.set(parts - 1, extent - part * (parts - 1));
            call.set(1, "split", sizes);
        }
        return new Split(axis);
    }

    @Override
    public String type() {
        return "Split";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        int along = Operands.axis(axis, x.shape().rank());
        int[] sizes = Operands.integers(constants, 1, "split");
        List<TensorType> parts = new ArrayList<>();
        int sum = 0;
        for (int size : sizes) {
            long[] extents =
                    java.util.Arrays.stream(x.shape().extents()).asLongStream().toArray();
            extents[along] = size;
            parts.add(TensorType.of(x.dtype(), extents));
            sum += size;
        }
        shapes(sum == x.shape().extent(along), "needs parts that sum to axis %s of %s, got %s", along, x, sum);
        return parts;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        int along = Operands.axis(axis, x.shape().rank());
        int[] strides = Strides.of(x.shape().extents());
        List<Tensor> parts = new ArrayList<>();
        int start = 0;
        for (TensorType type : infer(List.of(Optional.of(x.type())), inputs)) {
            parts.add(x.select(type.shape(), Strides.walk(type.shape().extents(), strides, start * strides[along])));
            start += type.shape().extent(along);
        }
        return parts;
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        View x = builder.view(node.input(0));
        int along = Operands.axis(axis, x.extents().length);
        int start = 0;
        for (String output : node.outputs()) {
            if (!output.isEmpty()) {
                int extent = builder.extents(output)[along];
                builder.alias(output, x.sliced(along, start, 1, extent));
                start += extent;
            }
        }
    }
}
