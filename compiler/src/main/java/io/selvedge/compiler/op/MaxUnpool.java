package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

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
 * The inverse of MaxPool: each element goes to the place that its index names, zeros elsewhere. Inputs: X, indices (of X's
 * shape, into the whole flattened output), output shape (optional, constant).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MaxUnpool.html">ONNX MaxUnpool</a>
 */
public record MaxUnpool(List<Integer> kernelShape, List<Integer> strides, List<Integer> pads) implements Op, Lowerable {
    public MaxUnpool {
        kernelShape = List.copyOf(kernelShape);
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
    }

    static Op read(OpCall call) {
        Window window = Window.read(call, call.attributes().integers("kernel_shape"));
        return new MaxUnpool(window.kernel(), window.strides(), window.pads());
    }

    @Override
    public String type() {
        return "MaxUnpool";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "kernel_shape", Attributes.array(kernelShape),
                "strides", Attributes.array(strides),
                "pads", Attributes.array(pads));
    }

    /** What was pooled, as far as the window tells: {@code (extent - 1) * stride + kernel - pads}. */
    private long[] pooled(TensorType x) {
        int spatial = kernelShape.size();
        long[] y = new long[spatial + 2];
        y[0] = x.shape().extent(0);
        y[1] = x.shape().extent(1);
        for (int axis = 0; axis < spatial; axis++) {
            y[axis + 2] = (x.shape().extent(axis + 2) - 1L) * strides.get(axis)
                    + kernelShape.get(axis)
                    - pads.get(axis)
                    - pads.get(axis + spatial);
        }
        return y;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        TensorType indices = Operands.int64(required(inputs, 1, "I"));
        shapes(
                x.shape().rank() == kernelShape.size() + 2 && x.shape().equals(indices.shape()),
                "needs X of rank %s and indices of its shape; got X=%s, indices=%s",
                kernelShape.size() + 2,
                x,
                indices);
        if (optional(inputs, 2).isEmpty()) {
            return List.of(TensorType.of(x.dtype(), pooled(x)));
        }
        int[] shape = Operands.integers(constants, 2, "output_shape");
        long[] pooled = pooled(x);
        boolean fits = shape.length == pooled.length;
        for (int axis = 0; fits && axis < shape.length; axis++) {
            fits = shape[axis] >= pooled[axis];
        }
        shapes(fits, "needs an output shape of at least %s, got %s", Arrays.toString(pooled), Arrays.toString(shape));
        return List.of(
                TensorType.of(x.dtype(), Arrays.stream(shape).asLongStream().toArray()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Tensor indices = required(inputs, 1, "I");
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        Shape pooled = Shape.of(pooled(x.type()));
        int count = Math.toIntExact(pooled.elements());
        int[] places = Strides.walk(pooled.extents(), Strides.of(type.shape().extents()), 0);
        int[] sources = new int[Math.toIntExact(type.shape().elements())];
        Arrays.fill(sources, -1);
        for (int i = 0; i < x.elements(); i++) {
            sources[places[Operands.index("MaxUnpool", indices.getLong(i), count, 0)]] = i;
        }
        return List.of(x.select(type.shape(), sources));
    }

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType x = builder.graph().type(node.input(0));
        TensorType y = builder.graph().type(node.output());
        Routines.call(
                builder,
                node.output(),
                "moves",
                "sv_max_unpool",
                List.of(node.input(0), node.input(1)),
                y.shape().elements(),
                x.shape().elements(),
                x.shape().rank(),
                Shape.of(pooled(x)).extents(),
                Strides.of(y.shape().extents()),
                x.dtype().bytes(),
                Routines.zeroByte(x.dtype()));
    }
}
