package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Dim;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The k largest or smallest elements along one axis and their indices (int64), best first; of equals the first one comes
 * first. Inputs: X, k.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__TopK.html">ONNX TopK</a>
 */
public record TopK(int axis, boolean largest) implements Op, Lowerable {
    static Op read(OpCall call) {
        if (call.attributes().has("k")) {
            call.set(1, "k", List.of(call.attributes().index("k")));
        }
        return new TopK(call.axis(-1), call.attributes().flag("largest", true));
    }

    @Override
    public String type() {
        return "TopK";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axis", (long) axis, "largest", largest ? 1L : 0L, "sorted", 1L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        int along = Operands.axis(axis, x.shape().rank());
        int[] k = Operands.integers(constants, 1, "K");
        shapes(
                k.length == 1 && k[0] >= 0 && k[0] <= x.shape().extent(along),
                "needs one k of at most the extent of axis %s; got X=%s, k=%s",
                along,
                x,
                Arrays.toString(k));
        List<Dim> y = new ArrayList<>(x.shape().dims());
        y.set(along, new Dim.Known(k[0]));
        Shape shape = new Shape(y);
        return List.of(new TensorType(x.dtype(), shape), new TensorType(DType.INT64, shape));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        List<TensorType> types =
                infer(inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs);
        int[] extents = x.shape().extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        int count = extents[along];
        int k = types.get(0).shape().extent(along);
        int[] sources = new int[Math.toIntExact(types.get(0).shape().elements())];
        for (int row = 0; row < (k == 0 ? 0 : sources.length / k); row++) {
            int start = row / inner * count * inner + row % inner;
            Comparator<Integer> order = (a, b) -> ElementOrder.compare(x, start + a * inner, start + b * inner);
            List<Integer> best = IntStream.range(0, count)
                    .boxed()
                    .sorted(largest ? order.reversed() : order)
                    .toList();
            for (int i = 0; i < k; i++) {
                sources[(row / inner * k + i) * inner + row % inner] = start + best.get(i) * inner;
            }
        }
        return List.of(
                x.select(types.get(0).shape(), sources),
                Tensor.integers(types.get(1), i -> sources[i] / inner % count));
    }

    /** Where the elements are, then what they are. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        String input = node.input(0);
        String values = node.output();
        String indices = node.outputs().size() > 1 ? node.outputs().get(1) : "";
        TensorType x = builder.graph().type(input);
        int[] extents = x.shape().extents();
        int along = Operands.axis(axis, extents.length);
        int inner = Strides.product(extents, along + 1, extents.length);
        int[] chosen = builder.extents(values.isEmpty() ? indices : values);
        List<Kernel.Operand> operands = List.of(Routines.operand(builder, input));
        Object[] constants = {
            x.dtype(), Strides.product(extents, 0, along), extents[along], inner, chosen[along], largest
        };
        Kernel.Operand places;
        if (indices.isEmpty()) {
            View temporary = builder.temporary(node.name() + ".indices", DType.INT64, chosen);
            Routines.emit(builder, "order", "sv_top_k", operands, temporary.buffer(), OptionalInt.empty(), constants);
            places = Routines.operand(temporary, DType.INT64);
        } else {
            Routines.callOn(builder, indices, "order", "sv_top_k", operands, constants);
            places = Routines.operand(builder, indices);
        }
        if (!values.isEmpty()) {
            Routines.callOn(
                    builder,
                    values,
                    "gather",
                    "sv_gather_elements",
                    List.of(operands.getFirst(), places),
                    GatherElements.constants(
                            new AlongAxis(x, along),
                            x,
                            new TensorType(
                                    DType.INT64, builder.graph().type(values).shape())));
        }
    }
}
