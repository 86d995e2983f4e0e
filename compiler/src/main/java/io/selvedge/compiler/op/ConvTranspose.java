package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WindowReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Transposed convolution: {@code Y[n, o, p*stride + k*dilation - pad] += X[n,c,p] * W[c,o,k]}, plus B[o]. Shapes: X [N,C,spatial],
 * W [C, O/group, kernel], B [O]; Y's extent is {@code (x-1)*stride + outputPadding + (k-1)*dilation + 1 - pads}.
 * Pads are explicit: auto_pad and output_shape are resolved at import.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ConvTranspose.html">ONNX ConvTranspose</a>
 */
public record ConvTranspose(
        List<Integer> strides, List<Integer> pads, List<Integer> dilations, List<Integer> outputPadding, int group)
        implements Op, Lowerable, WindowReader {
    public ConvTranspose {
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
        dilations = List.copyOf(dilations);
        outputPadding = List.copyOf(outputPadding);
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        int rank = call.has(1)
                ? call.extents(1).length - 2
                : attributes.integers("strides").size();
        List<Integer> ones = Collections.nCopies(rank, 1);
        List<Integer> zeros = Collections.nCopies(rank, 0);
        ConvTranspose given = new ConvTranspose(
                attributes.integers("strides", ones),
                attributes.integers("pads", Collections.nCopies(2 * rank, 0)),
                attributes.integers("dilations", ones),
                attributes.integers("output_padding", zeros),
                attributes.index("group", 1));
        Window.check("strides", given.strides, rank, 1);
        Window.check("dilations", given.dilations, rank, 1);
        Window.check("pads", given.pads, 2 * rank, Integer.MIN_VALUE);
        Window.check("output_padding", given.outputPadding, rank, 0);
        String auto = attributes.text("auto_pad", "NOTSET");
        if (attributes.has("output_shape") || auto.startsWith("SAME")) {
            return given.padded(call.extents(0), call.extents(1), attributes, auto.equals("SAME_UPPER"));
        }
        if (!List.of("NOTSET", "VALID", "").contains(auto)) {
            throw new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "auto_pad '" + auto + "' is not known");
        }
        return given;
    }

    /** Total padding is what the wanted output leaves over; the odd one goes to the end (upper) or the begin. */
    private ConvTranspose padded(int[] x, int[] w, Attributes attributes, boolean upper) {
        List<Integer> begins = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        List<Integer> wanted = attributes.integers("output_shape", List.of());
        for (int axis = 0; axis < strides.size(); axis++) {
            int y = wanted.isEmpty()
                    ? x[axis + 2] * strides.get(axis)
                    : wanted.get(wanted.size() - strides.size() + axis);
            int total = full(x, w, axis) - y;
            int small = total >> 1;
            begins.add(upper ? small : total - small);
            ends.add(upper ? total - small : small);
        }
        begins.addAll(ends);
        return new ConvTranspose(strides, begins, dilations, outputPadding, group);
    }

    /** Extent before padding takes from it. */
    private int full(int[] x, int[] w, int axis) {
        return (x[axis + 2] - 1) * strides.get(axis)
                + outputPadding.get(axis)
                + (w[axis + 2] - 1) * dilations.get(axis)
                + 1;
    }

    @Override
    public String type() {
        return "ConvTranspose";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "strides", Attributes.array(strides),
                "pads", Attributes.array(pads),
                "dilations", Attributes.array(dilations),
                "output_padding", Attributes.array(outputPadding),
                "group", (long) group);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        TensorType w = required(inputs, 1, "W");
        Operands.floating(x);
        Operands.sameDType(x, w);
        int rank = strides.size();
        shapes(
                x.shape().rank() == rank + 2 && w.shape().rank() == rank + 2 && rank >= 1 && rank <= 3,
                "needs X and W of rank %s, got X=%s, W=%s",
                rank + 2,
                x,
                w);
        shapes(
                group >= 1
                        && x.shape().extent(1) == w.shape().extent(0)
                        && x.shape().extent(1) % group == 0,
                "needs X's channels to equal W's axis 0 and be a multiple of %s; got X=%s, W=%s",
                group,
                x,
                w);
        long[] y = new long[rank + 2];
        y[0] = x.shape().extent(0);
        y[1] = (long) w.shape().extent(1) * group;
        for (int axis = 0; axis < rank; axis++) {
            y[axis + 2] = (long) full(x.shape().extents(), w.shape().extents(), axis)
                    - pads.get(axis)
                    - pads.get(axis + rank);
            shapes(y[axis + 2] >= 0, "has larger pads than spatial axis %s of X=%s gives", axis, x);
        }
        optional(inputs, 2)
                .ifPresent(b -> shapes(b.shape().elements() == y[1], "needs B of shape [%s], got %s", y[1], b));
        return List.of(TensorType.of(x.dtype(), y));
    }

    @Override
    public long macs(List<TensorType> inputs, List<TensorType> outputs) {
        Shape w = inputs.get(1).shape();
        return inputs.get(0).shape().elements() * (w.elements() / w.extent(0));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Tensor w = required(inputs, 1, "W");
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        int[] from = Window.threeDimensional(x.shape().extents());
        int[] taps = Window.threeDimensional(w.shape().extents());
        int[] to = Window.threeDimensional(type.shape().extents());
        Window window = window(w.shape().extents()).threeDimensional();
        double[] y = new double[Math.toIntExact(type.shape().elements())];
        int plane = to[2] * to[3] * to[4];
        optional(inputs, 2).ifPresent(b -> Arrays.setAll(y, i -> b.getDouble(i / plane % to[1])));
        double[] kernel = w.toDoubles();
        double[] values = x.toDoubles();
        int perGroup = from[1] / group;
        int[] start = new int[3];
        for (int i = 0; i < values.length; i++) {
            start[2] = i % from[4] * window.strides().get(2) - window.pads().get(2);
            start[1] = i / from[4] % from[3] * window.strides().get(1)
                    - window.pads().get(1);
            start[0] = i / from[4] / from[3] % from[2] * window.strides().get(0)
                    - window.pads().get(0);
            int c = i / from[4] / from[3] / from[2] % from[1];
            int n = i / from[4] / from[3] / from[2] / from[1];
            for (int o = 0; o < taps[1]; o++) {
                int target = (n * to[1] + c / perGroup * taps[1] + o) * plane;
                spread(
                        values[i],
                        kernel,
                        (c * taps[1] + o) * taps[2] * taps[3] * taps[4],
                        window,
                        start,
                        y,
                        target,
                        to);
            }
        }
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    private Window window(int[] w) {
        return new Window(Arrays.stream(w, 2, w.length).boxed().toList(), strides, pads, dilations);
    }

    @Override
    public boolean readsWindows(Node node, Graph graph) {
        return ConvTransposeLowering.applies(this, node, graph);
    }

    @Override
    public Request request(Node node, Graph graph) {
        return ConvTransposeLowering.of(this, node, graph).request();
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        if (readsWindows(node, builder.graph())) {
            ConvTransposeLowering.of(this, node, builder.graph()).lower(node, builder);
        } else {
            DirectLowering.convolution(
                    node, builder, "sv_direct_conv_transpose", window(builder.extents(node.input(1))), group);
        }
    }

    private static void spread(
            double value, double[] kernel, int tap, Window window, int[] start, double[] y, int target, int[] to) {
        int at = tap;
        for (int kd = 0; kd < window.kernel().get(0); kd++) {
            for (int kh = 0; kh < window.kernel().get(1); kh++) {
                for (int kw = 0; kw < window.kernel().get(2); kw++) {
                    int d = start[0] + kd * window.dilations().get(0);
                    int h = start[1] + kh * window.dilations().get(1);
                    int w = start[2] + kw * window.dilations().get(2);
                    if (d >= 0 && d < to[2] && h >= 0 && h < to[3] && w >= 0 && w < to[4]) {
                        y[target + (d * to[3] + h) * to[4] + w] += value * kernel[at];
                    }
                    at++;
                }
            }
        }
    }
}
