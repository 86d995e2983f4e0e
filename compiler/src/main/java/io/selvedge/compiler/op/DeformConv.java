package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A convolution whose taps are displaced by data: {@code Y[n,o,p] = B[o] + sum over c,k of mask[n,k,p] * W[o,c,k] *
 * X[n, c, p*stride + k*dilation - pad + offset[n,k,p]]}, X read bilinearly, zero outside. Shapes: X [N,C,H,W], W
 * [O,C/group,kH,kW], offset [N,G*kH*kW*2,oH,oW] (row, column), B [O], mask [N,G*kH*kW,oH,oW].
 *
 * @param pads all begins, then all ends
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DeformConv.html">ONNX DeformConv</a>
 */
public record DeformConv(List<Integer> strides, List<Integer> pads, List<Integer> dilations, int group, int offsetGroup)
        implements Op, Lowerable {
    public DeformConv {
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
        dilations = List.copyOf(dilations);
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        int group = attributes.index("group", 1);
        int offsetGroup = attributes.index("offset_group", 1);
        if (!call.has(1)) {
            return new DeformConv(
                    attributes.integers("strides"),
                    attributes.integers("pads"),
                    attributes.integers("dilations"),
                    group,
                    offsetGroup);
        }
        int[] w = call.extents(1);
        shapes(w.length == 4, "needs W [O,C/group,kH,kW], got %s", call.inputType(1));
        Window window = Window.read(call, List.of(w[2], w[3]));
        return new DeformConv(window.strides(), window.pads(), window.dilations(), group, offsetGroup);
    }

    @Override
    public String type() {
        return "DeformConv";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "strides", Attributes.array(strides),
                "pads", Attributes.array(pads),
                "dilations", Attributes.array(dilations),
                "group", (long) group,
                "offset_group", (long) offsetGroup);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        TensorType w = required(inputs, 1, "W");
        TensorType offset = required(inputs, 2, "offset");
        TensorType y = new Conv(strides, pads, dilations, group)
                .infer(List.of(Optional.of(x), Optional.of(w), optional(inputs, 3)), List.of())
                .getFirst();
        int taps = w.shape().extent(2) * w.shape().extent(3);
        Shape places = Shape.of(
                x.shape().extent(0),
                2L * offsetGroup * taps,
                y.shape().extent(2),
                y.shape().extent(3));
        shapes(
                offsetGroup > 0
                        && x.shape().extent(1) % offsetGroup == 0
                        && offset.shape().equals(places),
                "needs offsets of shape %s for %s offset groups, got %s",
                places,
                offsetGroup,
                offset);
        Shape masks = Shape.of(places.extent(0), places.extent(1) / 2, places.extent(2), places.extent(3));
        optional(inputs, 4)
                .ifPresent(mask -> shapes(mask.shape().equals(masks), "needs a mask of shape %s, got %s", masks, mask));
        return List.of(y);
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
        double[] offset = required(inputs, 2, "offset").toDoubles();
        Optional<double[]> bias = optional(inputs, 3).map(Tensor::toDoubles);
        Optional<double[]> mask = optional(inputs, 4).map(Tensor::toDoubles);
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        int[] xs = x.shape().extents();
        int[] ws = w.shape().extents();
        int[] ys = type.shape().extents();
        double[] in = x.toDoubles();
        int taps = ws[2] * ws[3];
        int places = ys[2] * ys[3];
        return List.of(Tensor.filled(type, i -> {
            int n = i / places / ys[1];
            int o = i / places % ys[1];
            int place = i % places;
            double sum = bias.map(b -> b[o]).orElse(0.0);
            for (int c = 0; c < ws[1]; c++) {
                int channel = o / (ys[1] / group) * ws[1] + c;
                int offsets = n * offsetGroup + channel / (xs[1] / offsetGroup);
                for (int tap = 0; tap < taps; tap++) {
                    int at = ((offsets * taps + tap) * 2) * places + place;
                    int top = place / ys[3] * strides.get(0) - pads.get(0) + tap / ws[3] * dilations.get(0);
                    int left = place % ys[3] * strides.get(1) - pads.get(1) + tap % ws[3] * dilations.get(1);
                    double row = top + offset[at];
                    double column = left + offset[at + places];
                    double factor = mask.isPresent() ? mask.get()[(offsets * taps + tap) * places + place] : 1;
                    sum += factor
                            * w.getDouble((o * ws[1] + c) * taps + tap)
                            * read(in, (n * xs[1] + channel) * xs[2] * xs[3], xs[2], xs[3], row, column);
                }
            }
            return sum;
        }));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        int[] x = builder.extents(node.input(0));
        int[] w = builder.extents(node.input(1));
        int[] y = builder.extents(node.output());
        boolean hasMask = node.hasInput(4);
        node.inputs().stream()
                .filter(input -> !input.isEmpty())
                .forEach(input -> MapLowering.requireReal(builder, input));
        List<Kernel.Operand> operands = new ArrayList<>();
        node.inputs().subList(0, 3).forEach(input -> operands.add(Routines.operand(builder, input)));
        operands.add(DirectLowering.bias(node, builder, 3, y[1]));
        operands.add(hasMask ? Routines.operand(builder, node.input(4)) : operands.getFirst());
        Object[] numbers = {
            x[0],
            x[1],
            x[2],
            x[3],
            y[1],
            y[2],
            y[3],
            w[2],
            w[3],
            strides.get(0),
            strides.get(1),
            pads.get(0),
            pads.get(1),
            dilations.get(0),
            dilations.get(1),
            group,
            offsetGroup,
            hasMask ? 1 : 0
        };
        DenseOperands.output(
                builder,
                node.output(),
                out -> Routines.emit(
                        builder,
                        "deform_conv",
                        "sv_deform_conv",
                        operands,
                        out.buffer(),
                        OptionalInt.empty(),
                        numbers));
    }

    private static double read(double[] in, int plane, int height, int width, double row, double column) {
        int top = (int) Math.floor(row);
        int left = (int) Math.floor(column);
        double down = row - top;
        double across = column - left;
        double sum = 0;
        for (int k = 0; k < 4; k++) {
            int y = top + k / 2;
            int x = left + k % 2;
            if (y >= 0 && y < height && x >= 0 && x < width) {
                sum += (k / 2 == 0 ? 1 - down : down) * (k % 2 == 0 ? 1 - across : across) * in[plane + y * width + x];
            }
        }
        return sum;
    }
}
