package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Samples X on another grid, axis by axis. Inputs: X, roi (only where coordinates are those of a crop), scales or sizes for
 * every axis; {@code out = floor(in * scale)}.
 *
 * @param rule how a value comes from its neighbours
 * @param aspect how sizes are understood; with a policy one scale serves all of {@code axes}
 * @param axes that sizes are for where a policy holds; empty means all
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Resize.html">ONNX Resize</a>
 */
public record Resize(ResizeRule rule, Aspect aspect, List<Integer> axes) implements Op, Lowerable {
    /** How a value comes from its neighbours. */
    public enum Mode {
        NEAREST,
        LINEAR,
        CUBIC
    }

    /** How a coordinate of the output becomes one of the input. */
    public enum Coordinates {
        HALF_PIXEL,
        HALF_PIXEL_SYMMETRIC,
        PYTORCH_HALF_PIXEL,
        ALIGN_CORNERS,
        ASYMMETRIC,
        TF_HALF_PIXEL_FOR_NN,
        TF_CROP_AND_RESIZE
    }

    /** Which element is nearest. */
    public enum Nearest {
        ROUND_PREFER_FLOOR,
        ROUND_PREFER_CEIL,
        FLOOR,
        CEIL
    }

    /** Whether sizes are taken as they are, or bound the extents of an equally scaled X. */
    public enum Aspect {
        STRETCH,
        NOT_LARGER,
        NOT_SMALLER
    }

    public Resize {
        axes = List.copyOf(axes);
    }

    public Resize(Mode mode, Coordinates coordinates, Nearest nearest) {
        this(ResizeRule.of(mode, coordinates, nearest), Aspect.STRETCH, List.of());
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
        ResizeRule rule = new ResizeRule(
                choice(Mode.class, mode.equals("bilinear") ? "linear" : mode),
                choice(
                        Coordinates.class,
                        attributes.text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel")),
                choice(Nearest.class, attributes.text("nearest_mode", old ? "floor" : "round_prefer_floor")),
                attributes.number("cubic_coeff_a", -0.75f),
                attributes.flag("antialias", false),
                attributes.flag("exclude_outside", false),
                attributes.number("extrapolation_value", 0));
        if (rule.coordinates() != Coordinates.TF_CROP_AND_RESIZE) {
            call.set(1, "");
        }
        Aspect aspect = choice(Aspect.class, attributes.text("keep_aspect_ratio_policy", "stretch"));
        if (!call.has(0) || !attributes.has("axes")) {
            return new Resize(rule, aspect, List.of());
        }
        int rank = call.inputType(0).shape().rank();
        List<Integer> axes = attributes.integers("axes").stream()
                .map(axis -> Operands.axis(axis, rank))
                .toList();
        if (call.has(1)) {
            widenRegion(call, axes, rank);
        }
        if (aspect != Aspect.STRETCH && call.has(3)) {
            return new Resize(rule, aspect, axes);
        }
        widen(call, axes, rank);
        return new Resize(rule, Aspect.STRETCH, List.of());
    }

    /** Scales or sizes of some axes become those of all. */
    private static void widen(OpCall call, List<Integer> axes, int rank) {
        int input = call.has(3) ? 3 : 2;
        double[] all = new double[rank];
        Arrays.setAll(all, axis -> input == 3 ? call.extents(0)[axis] : 1);
        Tensor some = known(call, input, "scales or sizes");
        for (int i = 0; i < axes.size(); i++) {
            all[axes.get(i)] = some.getDouble(i);
        }
        call.set(input, "all", Tensor.filled(TensorType.of(some.dtype(), rank), axis -> all[axis]));
    }

    /** The region of some axes becomes that of all: begins, then ends, 0 to 1 where nothing is cut. */
    private static void widenRegion(OpCall call, List<Integer> axes, int rank) {
        Tensor some = known(call, 1, "roi");
        double[] all = new double[2 * rank];
        Arrays.fill(all, rank, 2 * rank, 1);
        for (int i = 0; i < axes.size(); i++) {
            all[axes.get(i)] = some.getDouble(i);
            all[rank + axes.get(i)] = some.getDouble(axes.size() + i);
        }
        call.set(1, "region", Tensor.filled(TensorType.of(some.dtype(), 2L * rank), i -> all[i]));
    }

    private static Tensor known(OpCall call, int input, String name) {
        return call.known(input)
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH, "needs " + name + " to be constant; they are computed from the data"));
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
        Map<String, Object> attributes = new TreeMap<>(Attributes.map(
                "mode", rule.mode().name().toLowerCase(Locale.ROOT),
                "coordinate_transformation_mode", rule.coordinates().name().toLowerCase(Locale.ROOT),
                "nearest_mode", rule.nearest().name().toLowerCase(Locale.ROOT)));
        if (rule.mode() == Mode.CUBIC) {
            attributes.put("cubic_coeff_a", rule.cubic());
        }
        if (rule.antialias()) {
            attributes.put("antialias", 1L);
        }
        if (rule.excludeOutside()) {
            attributes.put("exclude_outside", 1L);
        }
        if (rule.extrapolation() != 0) {
            attributes.put("extrapolation_value", rule.extrapolation());
        }
        if (aspect != Aspect.STRETCH) {
            attributes.put("keep_aspect_ratio_policy", aspect.name().toLowerCase(Locale.ROOT));
        }
        if (!axes.isEmpty()) {
            attributes.put("axes", Attributes.array(axes));
        }
        return attributes;
    }

    /** The opset from which on ONNX has this form. */
    public int since() {
        if (rule.coordinates() == Coordinates.HALF_PIXEL_SYMMETRIC) {
            return 19;
        }
        return rule.antialias() || aspect != Aspect.STRETCH || !axes.isEmpty() ? 18 : 10;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        int[] extents = x.shape().extents();
        double[] scales = scales(extents, constants);
        Optional<Tensor> sizes = sizes(constants);
        double[] region = region(extents.length, constants);
        long[] y = new long[extents.length];
        for (int axis = 0; axis < y.length; axis++) {
            if (sizes.isPresent() && aspect == Aspect.STRETCH) {
                y[axis] = sizes.get().getLong(axis);
            } else if (sizes.isPresent()) {
                y[axis] = (long) Math.floor(extents[axis] * scales[axis] + 0.5);
            } else {
                double whole = extents[axis] * (region[axis + y.length] - region[axis]);
                y[axis] = (long) Math.floor((float) (whole * scales[axis]));
            }
        }
        return List.of(TensorType.of(x.dtype(), y));
    }

    private static Optional<Tensor> sizes(List<Optional<Tensor>> constants) {
        return optional(constants, 3).filter(sizes -> sizes.elements() > 0);
    }

    /** Begins, then ends, as fractions of each axis. */
    private double[] region(int rank, List<Optional<Tensor>> constants) {
        if (rule.coordinates() != Coordinates.TF_CROP_AND_RESIZE) {
            double[] whole = new double[2 * rank];
            Arrays.fill(whole, rank, 2 * rank, 1);
            return whole;
        }
        Tensor roi = required(constants, 1, "roi, which must be constant");
        shapes(roi.elements() == 2 * rank, "needs a roi of %s numbers, got %s", 2 * rank, roi.type());
        return roi.toDoubles();
    }

    /** Output extent over input extent, axis by axis. */
    private double[] scales(int[] x, List<Optional<Tensor>> constants) {
        Tensor given = sizes(constants)
                .or(() -> optional(constants, 2))
                .orElseThrow(() -> new SelvedgeException(
                        ErrorCode.BAD_GRAPH,
                        "needs constant scales or sizes; they are absent or computed from the data"));
        int count = axes.isEmpty() ? x.length : axes.size();
        shapes(
                given.elements() == count,
                "needs a scale for each of %s axes, got %s of type %s",
                count,
                given.elements(),
                given.type());
        double[] scales = given.toDoubles();
        if (!given.dtype().isFloat()) {
            Arrays.setAll(scales, i -> scales[i] / x[axes.isEmpty() ? i : axes.get(i)]);
        }
        if (aspect == Aspect.STRETCH || sizes(constants).isEmpty()) {
            return scales;
        }
        double one = aspect == Aspect.NOT_LARGER
                ? Arrays.stream(scales).min().orElse(1)
                : Arrays.stream(scales).max().orElse(1);
        double[] all = new double[x.length];
        Arrays.fill(all, axes.isEmpty() ? one : 1);
        axes.forEach(axis -> all[axis] = one);
        return all;
    }

    /** Whether every element of the result is one of the input's. */
    public boolean copiesElements() {
        return rule.mode() == Mode.NEAREST && rule.coordinates() != Coordinates.TF_CROP_AND_RESIZE;
    }

    /** The samplings of all axes, the absent one where an axis stays as it is. */
    List<Optional<Sampling>> samplings(int[] from, int[] to, List<Optional<Tensor>> constants) {
        double[] scales = scales(from, constants);
        double[] region = region(from.length, constants);
        Optional<Sampling>[] all = newArray(from.length);
        for (int axis = 0; axis < from.length; axis++) {
            boolean whole = region[axis] == 0 && region[axis + from.length] == 1;
            if (to[axis] != from[axis] || scales[axis] != 1 || !whole) {
                all[axis] = Optional.of(
                        rule.sampling(from[axis], to[axis], scales[axis], region[axis], region[axis + from.length]));
            }
        }
        return List.of(all);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no generic arrays.
    private static Optional<Sampling>[] newArray(int length) {
        Optional[] array = new Optional[length];
        Arrays.fill(array, Optional.empty());
        return array;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = infer(
                        inputs.stream().map(input -> input.map(Tensor::type)).toList(), inputs)
                .getFirst();
        int[] to = type.shape().extents();
        int[] extents = x.shape().extents().clone();
        List<Optional<Sampling>> samplings = samplings(x.shape().extents(), to, inputs);
        double[] values = x.toDoubles();
        for (int axis = 0; axis < to.length; axis++) {
            if (samplings.get(axis).isPresent()) {
                int outer = Strides.product(extents, 0, axis);
                int inner = Strides.product(extents, axis + 1, extents.length);
                values = samplings.get(axis).get().apply(values, outer, extents[axis], inner, rule.extrapolation());
                extents[axis] = to[axis];
            }
        }
        double[] y = values;
        if (type.dtype().isFloat()) {
            return List.of(Tensor.filled(type, i -> y[i]));
        }
        return List.of(Tensor.filled(type, i -> rule.mode() == Mode.NEAREST ? y[i] : Math.rint(y[i])));
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        List<Optional<Tensor>> constants =
                node.inputs().stream().map(builder.graph()::constant).toList();
        int[] from = builder.extents(node.input(0));
        ResizeLowering.lower(node, builder, rule, samplings(from, builder.extents(node.output()), constants));
    }
}
