package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Adds columns of blocks back to an image, the inverse of im2col: {@code Y[n,c,p*stride + k*dilation - pad] +=
 * X[n, c*taps + k, p]}. Inputs: X [N,C*taps,L], image shape, block shape (constant).
 *
 * @param pads all begins, then all ends
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Col2Im.html">ONNX Col2Im</a>
 */
public record Col2Im(List<Integer> strides, List<Integer> pads, List<Integer> dilations) implements Op, Lowerable {
    public Col2Im {
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
        dilations = List.copyOf(dilations);
    }

    static Op read(OpCall call) {
        Optional<List<Integer>> block = call.integers(2, "block_shape");
        if (block.isEmpty()) {
            Attributes attributes = call.attributes();
            return new Col2Im(
                    attributes.integers("strides"), attributes.integers("pads"), attributes.integers("dilations"));
        }
        Window window = Window.read(call, block.get());
        return new Col2Im(window.strides(), window.pads(), window.dilations());
    }

    @Override
    public String type() {
        return "Col2Im";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "strides", Attributes.array(strides),
                "pads", Attributes.array(pads),
                "dilations", Attributes.array(dilations));
    }

    private Window window(int... block) {
        return new Window(Arrays.stream(block).boxed().toList(), strides, pads, dilations);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "input");
        int[] image = Operands.integers(constants, 1, "image_shape");
        int[] block = Operands.integers(constants, 2, "block_shape");
        shapes(
                x.shape().rank() == 3 && image.length == block.length && block.length == strides.size(),
                "needs an input of rank 3 and as many extents of image as of block; got %s, %s, %s",
                x,
                Arrays.toString(image),
                Arrays.toString(block));
        int taps = Strides.product(block, 0, block.length);
        long[] y = new long[image.length + 2];
        y[0] = x.shape().extent(0);
        y[1] = x.shape().extent(1) / taps;
        for (int axis = 0; axis < image.length; axis++) {
            y[axis + 2] = image[axis];
        }
        TensorType type = TensorType.of(x.dtype(), y);
        int[] places = window(block).output(type.shape().extents(), false);
        shapes(
                x.shape().extent(1) % taps == 0 && x.shape().extent(2) == Strides.product(places, 0, places.length),
                "needs %s columns of a multiple of %s elements, got %s",
                Strides.product(places, 0, places.length),
                taps,
                x);
        return List.of(type);
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "input");
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        int[] extents = type.shape().extents();
        int[] own = Strides.of(extents);
        int[] block = Operands.integers(inputs, 2, "block_shape");
        int[] places = window(block).output(extents, false);
        int[] tapStrides = Strides.of(block);
        int[] placeStrides = Strides.of(places);
        int columns = Strides.product(places, 0, places.length);
        int taps = Strides.product(block, 0, block.length);
        double[] y = new double[Math.toIntExact(type.shape().elements())];
        for (int i = 0; i < x.elements(); i++) {
            int row = i / columns;
            int to = row / taps * own[1];
            boolean inside = true;
            for (int axis = 0; axis < block.length; axis++) {
                int place = i % columns / placeStrides[axis] % places[axis];
                int tap = row % taps / tapStrides[axis] % block[axis];
                int at = place * strides.get(axis) + tap * dilations.get(axis) - pads.get(axis);
                inside &= at >= 0 && at < extents[axis + 2];
                to += at * own[axis + 2];
            }
            if (inside) {
                y[to] += x.getDouble(i);
            }
        }
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType y = builder.graph().type(node.output());
        int[] extents = y.shape().extents();
        int[] block = Arrays.stream(
                        builder.graph().constant(node.input(2)).orElseThrow().toLongs())
                .mapToInt(Math::toIntExact)
                .toArray();
        Routines.call(
                builder,
                node.output(),
                "col2im",
                "sv_col2im",
                List.of(node.input(0)),
                y.dtype(),
                extents[0] * extents[1],
                block.length,
                Arrays.copyOfRange(extents, 2, extents.length),
                block,
                window(block).output(extents, false),
                strides.stream().mapToInt(n -> n).toArray(),
                dilations.stream().mapToInt(n -> n).toArray(),
                pads.stream().mapToInt(n -> n).toArray(),
                Routines.zeroByte(y.dtype()));
    }
}
