package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Samples X on another grid. Inputs: X, roi (unused), scales or sizes for every axis; {@code out = floor(in * scale)}. A
 * coordinate of the output becomes one of the input by the {@code coordinates} rule, its value is the nearest element's or
 * interpolated linearly, axis by axis.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Resize.html">ONNX Resize</a>
 */
public record Resize(Mode mode, Coordinates coordinates, Nearest nearest) implements Op, Lowerable {
    /** How a value comes from its neighbours. */
    public enum Mode {
        NEAREST,
        LINEAR
    }

    /** How a coordinate of the output becomes one of the input. */
    public enum Coordinates {
        HALF_PIXEL,
        HALF_PIXEL_SYMMETRIC,
        PYTORCH_HALF_PIXEL,
        ALIGN_CORNERS,
        ASYMMETRIC,
        TF_HALF_PIXEL_FOR_NN
    }

    /** Which element is nearest. */
    public enum Nearest {
        ROUND_PREFER_FLOOR,
        ROUND_PREFER_CEIL,
        FLOOR,
        CEIL
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        String mode = attributes.text("mode", "nearest");
        boolean old = call.type().equals("Upsample") || call.opset() < 11;
        if (call.type().equals("Upsample") && attributes.has("scales")) {
            float[] scales = attributes.floats("scales").orElseThrow();
            call.set(1, "scales", Tensor.floats(scales, scales.length));
        }
        if (old && call.has(1)) {
            call.set(2, call.input(1));
            call.set(1, "");
        }
        if (attributes.integer("antialias", 0) != 0
                || attributes.integer("exclude_outside", 0) != 0
                || !attributes.text("keep_aspect_ratio_policy", "stretch").equals("stretch")) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "Resize with antialias, exclude_outside or keep_aspect_ratio_policy is not supported");
        }
        call.set(1, "");
        if (call.has(0) && attributes.has("axes")) {
            widen(call, attributes.integers("axes"));
        }
        return new Resize(
                choice(Mode.class, mode.equals("bilinear") ? "linear" : mode),
                choice(
                        Coordinates.class,
                        attributes.text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel")),
                choice(Nearest.class, attributes.text("nearest_mode", old ? "floor" : "round_prefer_floor")));
    }

    /** Scales or sizes of some axes become those of all. */
    private static void widen(OpCall call, List<Integer> axes) {
        TensorType x = call.inputType(0);
        int rank = x.shape().rank();
        int input = call.has(3) ? 3 : 2;
        double[] all = new double[rank];
        Arrays.setAll(all, axis -> input == 3 ? x.shape().extent(axis) : 1);
        Tensor some = call.known(input)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "needs scales or sizes to be constant; they are computed from the data"));
        for (int i = 0; i < axes.size(); i++) {
            all[Operands.axis(axes.get(i), rank)] = some.getDouble(i);
        }
        call.set(input, "all", Tensor.filled(TensorType.of(some.dtype(), rank), axis -> all[axis]));
    }

    private static <E extends Enum<E>> E choice(Class<E> kind, String text) {
        return Arrays.stream(kind.getEnumConstants())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.UNSUPPORTED_OP,
                        "Resize knows "
                                + Arrays.toString(kind.getEnumConstants()).toLowerCase(Locale.ROOT) + ", not '" + text
                                + "'"));
    }

    @Override
    public String type() {
        return "Resize";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "mode", mode.name().toLowerCase(Locale.ROOT),
                "coordinate_transformation_mode", coordinates.name().toLowerCase(Locale.ROOT),
                "nearest_mode", nearest.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        double[] scales = scales(x, constants);
        long[] y = new long[scales.length];
        for (int axis = 0; axis < y.length; axis++) {
            y[axis] = optional(constants, 3).isPresent()
                    ? required(constants, 3, "sizes").getLong(axis)
                    : (long) Math.floor((float) (x.shape().extent(axis) * scales[axis]));
        }
        return List.of(TensorType.of(x.dtype(), y));
    }

    /** Output extent over input extent, axis by axis. */
    private static double[] scales(TensorType x, List<Optional<Tensor>> constants) {
        Tensor given = optional(constants, 3)
                .filter(sizes -> sizes.elements() > 0)
                .or(() -> optional(constants, 2))
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "needs constant scales or sizes; they are absent or computed from the data"));
        shapes(given.elements() == x.shape().rank(), "needs a scale for each axis of %s, got %s", x, given);
        double[] scales = given.toDoubles();
        if (!given.dtype().isFloat()) {
            Arrays.setAll(scales, axis -> scales[axis] / x.shape().extent(axis));
        }
        return scales;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        double[] scales = scales(x.type(), inputs);
        int[] from = x.shape().extents();
        int[] to = type.shape().extents();
        double[] values = x.toDoubles();
        int[] extents = from.clone();
        for (int axis = 0; axis < to.length; axis++) {
            if (to[axis] != from[axis] || scales[axis] != 1) {
                values = along(values, extents, axis, to[axis], scales[axis]);
                extents[axis] = to[axis];
            }
        }
        double[] y = values;
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    private double[] along(double[] x, int[] extents, int axis, int length, double scale) {
        int inner = Strides.product(extents, axis + 1, extents.length);
        int outer = Strides.product(extents, 0, axis);
        int extent = extents[axis];
        double[] y = new double[outer * length * inner];
        for (int p = 0; p < length; p++) {
            double at = position(p, extent, length, scale);
            int low = mode == Mode.NEAREST ? pick(at) : (int) Math.floor(at);
            double weight = mode == Mode.NEAREST ? 0 : at - low;
            int first = Math.clamp(low, 0, extent - 1);
            int second = Math.clamp(low + 1L, 0, extent - 1);
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < inner; i++) {
                    double a = x[(o * extent + first) * inner + i];
                    y[(o * length + p) * inner + i] =
                            weight == 0 ? a : a * (1 - weight) + x[(o * extent + second) * inner + i] * weight;
                }
            }
        }
        return y;
    }

    /** Where on the input's axis position p of the output lies. */
    public double position(int p, int extent, int length, double scale) {
        return switch (coordinates) {
            case HALF_PIXEL -> (p + 0.5) / scale - 0.5;
            case HALF_PIXEL_SYMMETRIC -> extent / 2.0 * (1 - length / (scale * extent)) + (p + 0.5) / scale - 0.5;
            case PYTORCH_HALF_PIXEL -> length > 1 ? (p + 0.5) / scale - 0.5 : 0;
            case ALIGN_CORNERS -> length == 1 ? 0 : p * (extent - 1.0) / (length - 1.0);
            case ASYMMETRIC -> p / scale;
            case TF_HALF_PIXEL_FOR_NN -> (p + 0.5) / scale;
        };
    }

    private int pick(double at) {
        return (int)
                switch (nearest) {
                    case ROUND_PREFER_FLOOR -> Math.ceil(at - 0.5);
                    case ROUND_PREFER_CEIL -> Math.floor(at + 0.5);
                    case FLOOR -> Math.floor(at);
                    case CEIL -> Math.ceil(at);
                };
    }

    /** Whole repeats are one copy; anything else is a product with a matrix of weights along each axis that changes. */
    @Override
    public void lower(Node node, ProgramBuilder builder) {
        List<Optional<Tensor>> constants =
                node.inputs().stream().map(builder.graph()::constant).toList();
        double[] scales = scales(builder.graph().type(node.input(0)), constants);
        View from = builder.view(node.input(0));
        int[] to = builder.extents(node.output());
        if (repeats(from.extents(), to, scales)) {
            View out = builder.define(node.output());
            for (int axis = to.length - 1; axis >= 0; axis--) {
                int extent = from.extents()[axis];
                out = Moves.split(out, axis, extent);
                from = Moves.repeated(from, axis + 1, to[axis] / extent);
            }
            builder.copy(from, out, Moves.bytes(builder, node.output()));
            return;
        }
        MapLowering.requireReal(builder, node.output());
        View x = builder.dense(node.input(0));
        for (int axis = 0; axis < to.length; axis++) {
            if (to[axis] != x.extents()[axis] || scales[axis] != 1) {
                x = along(node, builder, x, axis, to[axis], scales[axis]);
            }
        }
        builder.alias(node.output(), x);
    }

    /** Whether every output element p is the input's p / k. */
    private boolean repeats(int[] from, int[] to, double[] scales) {
        for (int axis = 0; axis < to.length; axis++) {
            if (mode == Mode.LINEAR && to[axis] != from[axis] || from[axis] == 0 || to[axis] % from[axis] != 0) {
                return false;
            }
            for (int p = 0; p < to[axis]; p++) {
                int at = Math.clamp(pick(position(p, from[axis], to[axis], scales[axis])), 0, from[axis] - 1);
                if (at != p / (to[axis] / from[axis])) {
                    return false;
                }
            }
        }
        return true;
    }

    private View along(Node node, ProgramBuilder builder, View x, int axis, int length, double scale) {
        int extent = x.extents()[axis];
        float[] weights = new float[length * extent];
        for (int p = 0; p < length; p++) {
            double at = position(p, extent, length, scale);
            int low = mode == Mode.NEAREST ? pick(at) : (int) Math.floor(at);
            double weight = mode == Mode.NEAREST ? 0 : at - low;
            weights[p * extent + Math.clamp(low, 0, extent - 1)] += (float) (1 - weight);
            weights[p * extent + Math.clamp(low + 1L, 0, extent - 1)] += (float) weight;
        }
        View matrix = MapLowering.vector(builder, node.name() + ".axis" + axis, weights, 1, length, extent);
        int outer = Strides.product(x.extents(), 0, axis);
        int inner = Strides.product(x.extents(), axis + 1, x.extents().length);
        int[] extents = x.extents().clone();
        extents[axis] = length;
        View y = builder.temporary(node.name() + ".along" + axis, DType.FLOAT32, extents);
        // A wide last axis multiplies from the right, so that the kernel's rows are long.
        boolean last = inner == 1;
        int batch = last ? 1 : outer;
        View a = last ? x.reshaped(1, outer, extent).orElseThrow() : matrix.broadcast(batch, length, extent);
        View b = last
                ? matrix.permuted(0, 2, 1)
                : x.reshaped(batch, extent, inner).orElseThrow();
        View out = last
                ? y.reshaped(1, outer, length).orElseThrow()
                : y.reshaped(batch, length, inner).orElseThrow();
        int m = last ? outer : length;
        int n = last ? length : inner;
        builder.emit(
                new Kernel.MatMul(a.strided(), b.strided(), out.strided(), batch, m, extent, n, 1),
                (long) batch * m * extent * n);
        return y;
    }
}
