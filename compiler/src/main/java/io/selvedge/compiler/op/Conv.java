package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y[n,o,p] = B[o] + sum over c,k of X[n, c, p*stride + k*dilation - pad] * W[o,c,k]}. Shapes: X [N,C,spatial],
 * W [O,C/group,kernel], B [O]; one to three spatial axes. Pads are explicit: auto_pad is resolved at import.
 *
 * @param pads all begins, then all ends
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Conv.html">ONNX Conv</a>
 */
public record Conv(List<Integer> strides, List<Integer> pads, List<Integer> dilations, int group)
        implements Op, Lowerable {
    public Conv {
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
        dilations = List.copyOf(dilations);
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        if (!call.has(1)) {
            List<Integer> strides = attributes.integers("strides");
            return new Conv(
                    strides,
                    attributes.integers("pads"),
                    attributes.integers("dilations"),
                    attributes.index("group", 1));
        }
        int[] w = call.extents(1);
        shapes(w.length >= 3 && w.length <= 5, "needs W of rank 3 to 5, got %s", call.inputType(1));
        List<Integer> kernel = Arrays.stream(w, 2, w.length).boxed().toList();
        if (!attributes.integers("kernel_shape", kernel).equals(kernel)) {
            throw new SelvedgeException(
                    ErrorCode.BAD_ATTRIBUTE,
                    "kernel_shape " + attributes.integers("kernel_shape") + " differs from W " + call.inputType(1));
        }
        Window window = Window.read(call, kernel);
        return new Conv(window.strides(), window.pads(), window.dilations(), attributes.index("group", 1));
    }

    @Override
    public String type() {
        return "Conv";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "strides", Attributes.array(strides),
                "pads", Attributes.array(pads),
                "dilations", Attributes.array(dilations),
                "group", (long) group);
    }

    private Window window(int[] w) {
        return new Window(Arrays.stream(w, 2, w.length).boxed().toList(), strides, pads, dilations);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        TensorType w = required(inputs, 1, "W");
        Operands.floating(x);
        Operands.sameDType(x, w);
        shapes(
                x.shape().rank() == w.shape().rank() && x.shape().rank() == strides.size() + 2,
                "needs X and W of rank %s, got X=%s, W=%s",
                strides.size() + 2,
                x,
                w);
        shapes(
                group >= 1
                        && x.shape().extent(1) == w.shape().extent(1) * group
                        && w.shape().extent(0) % group == 0,
                "needs X's channels to be %s groups of W's axis 1 and W's axis 0 a multiple of them; got X=%s, W=%s",
                group,
                x,
                w);
        optional(inputs, 2)
                .ifPresent(b -> shapes(
                        b.shape().equals(Shape.of(w.shape().extent(0))),
                        "needs B of shape [%s], got %s",
                        w.shape().extent(0),
                        b));
        int[] spatial = window(w.shape().extents()).output(x.shape().extents(), false);
        long[] y = new long[spatial.length + 2];
        y[0] = x.shape().extent(0);
        y[1] = w.shape().extent(0);
        for (int axis = 0; axis < spatial.length; axis++) {
            y[axis + 2] = spatial[axis];
        }
        return List.of(TensorType.of(x.dtype(), y));
    }

    @Override
    public long macs(List<TensorType> inputs, List<TensorType> outputs) {
        Shape w = inputs.get(1).shape();
        return outputs.getFirst().shape().elements() * (w.elements() / w.extent(0));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Tensor w = required(inputs, 1, "W");
        List<Optional<TensorType>> types = new ArrayList<>();
        inputs.forEach(input -> types.add(input.map(Tensor::type)));
        TensorType type = infer(types, inputs).getFirst();
        double[] y = new Loops(
                        Window.threeDimensional(x.shape().extents()),
                        Window.threeDimensional(w.shape().extents()),
                        Window.threeDimensional(type.shape().extents()),
                        window(w.shape().extents()).threeDimensional(),
                        group)
                .run(x.toDoubles(), w.toDoubles(), optional(inputs, 2).map(Tensor::toDoubles));
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    /** For weights that are computed and for three spatial axes; fusion takes the others. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        DirectLowering.convolution(node, builder, "sv_direct_conv", window(builder.extents(node.input(1))), group);
    }

    /** Three spatial axes; sums in double, so that the oracle's own rounding stays far below f32's. */
    private record Loops(int[] x, int[] w, int[] y, Window window, int group) {
        double[] run(double[] in, double[] weights, Optional<double[]> bias) {
            int plane = y[2] * y[3] * y[4];
            int inPlane = x[2] * x[3] * x[4];
            int taps = w[2] * w[3] * w[4];
            int perGroup = y[1] / group;
            double[] out = new double[y[0] * y[1] * plane];
            for (int n = 0; n < y[0]; n++) {
                for (int o = 0; o < y[1]; o++) {
                    int to = (n * y[1] + o) * plane;
                    int channel = o;
                    bias.ifPresent(b -> Arrays.fill(out, to, to + plane, b[channel]));
                    for (int c = 0; c < w[1]; c++) {
                        int from = (n * x[1] + o / perGroup * w[1] + c) * inPlane;
                        channel(in, from, weights, (o * w[1] + c) * taps, out, to);
                    }
                }
            }
            return out;
        }

        private void channel(double[] in, int from, double[] weights, int tap, double[] out, int to) {
            int at = tap;
            for (int kd = 0; kd < w[2]; kd++) {
                for (int kh = 0; kh < w[3]; kh++) {
                    for (int kw = 0; kw < w[4]; kw++) {
                        tap(in, from, weights[at++], kd, kh, kw, out, to);
                    }
                }
            }
        }

        private void tap(double[] in, int from, double weight, int kd, int kh, int kw, double[] out, int to) {
            int stride = window.strides().get(2);
            int shift = kw * window.dilations().get(2) - window.pads().get(2);
            int first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
            int last = Math.min(y[4], x[4] - shift <= 0 ? 0 : (x[4] - shift + stride - 1) / stride);
            for (int d = 0; d < y[2]; d++) {
                int xd = position(0, d, kd);
                for (int h = 0; h < y[3]; h++) {
                    int xh = position(1, h, kh);
                    if (xd >= 0 && xd < x[2] && xh >= 0 && xh < x[3]) {
                        int row = from + (xd * x[3] + xh) * x[4] + shift;
                        int target = to + (d * y[3] + h) * y[4];
                        if (stride == 1) {
                            for (int p = first; p < last; p++) {
                                out[target + p] += weight * in[row + p];
                            }
                        } else {
                            for (int p = first; p < last; p++) {
                                out[target + p] += weight * in[row + p * stride];
                            }
                        }
                    }
                }
            }
        }

        private int position(int axis, int output, int tap) {
            return output * window.strides().get(axis)
                    + tap * window.dilations().get(axis)
                    - window.pads().get(axis);
        }
    }
}
