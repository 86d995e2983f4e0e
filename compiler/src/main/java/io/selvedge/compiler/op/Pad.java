package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.optional;
import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Adds (or with negative counts removes) elements at both ends of every axis. Inputs: data, pads (all begins, then all ends),
 * optional scalar value for the constant mode.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Pad.html">ONNX Pad</a>
 */
public record Pad(Mode mode) implements Op, Lowerable {
    /** What the new elements hold. */
    public enum Mode {
        CONSTANT,
        /** Mirrored at the edge, which is not repeated. */
        REFLECT,
        EDGE,
        /** Periodic. */
        WRAP;

        private String onnx() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Position inside the axis that a position outside reads; -1 for the constant. */
        private int source(int position, int extent) {
            if (position >= 0 && position < extent) {
                return position;
            }
            return switch (this) {
                case CONSTANT -> -1;
                case EDGE -> position < 0 ? 0 : extent - 1;
                case WRAP -> Math.floorMod(position, extent);
                case REFLECT -> {
                    int period = Math.max(1, 2 * (extent - 1));
                    int folded = Math.floorMod(position, period);
                    yield folded < extent ? folded : period - folded;
                }
            };
        }
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        if (attributes.has("pads")) {
            call.set(1, "pads", attributes.integers("pads"));
            if (attributes.number("value", 0) != 0) {
                call.set(2, "value", call.inputType(0).dtype(), attributes.number("value", 0));
            }
        }
        call.integers(3, "axes").ifPresent(axes -> {
            int rank = call.inputType(0).shape().rank();
            List<Integer> some = call.integers(1, "pads").orElse(List.of());
            shapes(some.size() == 2 * axes.size(), "needs two pads for each of the axes %s, got %s", axes, some);
            List<Integer> all = new ArrayList<>(Collections.nCopies(2 * rank, 0));
            for (int i = 0; i < axes.size(); i++) {
                int axis = Operands.axis(axes.get(i), rank);
                all.set(axis, some.get(i));
                all.set(axis + rank, some.get(i + axes.size()));
            }
            call.set(1, "pads", all);
            call.keep(3);
        });
        String mode = attributes.text("mode", "constant");
        return new Pad(Arrays.stream(Mode.values())
                .filter(each -> each.onnx().equals(mode))
                .findFirst()
                .orElseThrow(
                        () -> new SelvedgeException(ErrorCode.BAD_ATTRIBUTE, "Pad mode '" + mode + "' is not known")));
    }

    @Override
    public String type() {
        return "Pad";
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("mode", mode.onnx());
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "data");
        int rank = x.shape().rank();
        int[] pads = Operands.integers(constants, 1, "pads");
        shapes(pads.length == 2 * rank, "needs two pads for each axis of %s, got %s", x, pads.length);
        long[] y = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            y[axis] = (long) x.shape().extent(axis) + pads[axis] + pads[axis + rank];
            shapes(y[axis] >= 0, "removes more than axis %s of %s holds", axis, x);
        }
        return List.of(TensorType.of(x.dtype(), y));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "data");
        Shape shape = infer(List.of(Optional.of(x.type())), inputs).getFirst().shape();
        int[] pads = Operands.integers(inputs, 1, "pads");
        int[] from = x.shape().extents();
        int[] strides = Strides.of(from);
        int[] to = shape.extents();
        int[] sources = new int[Math.toIntExact(shape.elements())];
        for (int i = 0; i < sources.length; i++) {
            int rest = i;
            for (int axis = to.length - 1; axis >= 0; axis--) {
                int position = mode.source(rest % to[axis] - pads[axis], from[axis]);
                sources[i] = position < 0 || sources[i] < 0 ? -1 : sources[i] + position * strides[axis];
                rest /= to[axis];
            }
        }
        Tensor y = x.select(shape, sources);
        if (mode != Mode.CONSTANT || optional(inputs, 2).isEmpty()) {
            return List.of(y);
        }
        Tensor value = required(inputs, 2, "value");
        return List.of(
                x.dtype().isFloat()
                        ? Tensor.filled(y.type(), i -> sources[i] < 0 ? value.getDouble(0) : y.getDouble(i))
                        : Tensor.integers(y.type(), i -> sources[i] < 0 ? value.getLong(0) : y.getLong(i)));
    }

    /** A stretch of an axis: {@code count} elements from {@code from} in steps of {@code step}, written from {@code to} on. */
    private record Stretch(int from, int step, int to, int count) {}

    @Override
    public boolean keepsBits() {
        return true;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        View x = builder.view(node.input(0));
        int rank = x.extents().length;
        long[] pads = builder.graph().constant(node.input(1)).orElseThrow().toLongs();
        View out = builder.define(node.output());
        DType dtype = builder.graph().type(node.output()).dtype();
        if (mode == Mode.CONSTANT) {
            fill(node, builder, out, dtype);
        }
        List<List<Stretch>> axes = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            axes.add(stretches((int) pads[axis], (int) pads[axis + rank], x.extents()[axis]));
        }
        copyAll(builder, axes, 0, x, out, dtype.bytes());
    }

    private static void fill(Node node, ProgramBuilder builder, View out, DType dtype) {
        if (!node.hasInput(2)) {
            Moves.fill(builder, out, dtype, 0);
            return;
        }
        Optional<Tensor> constant = builder.graph().constant(node.input(2));
        if (constant.isPresent() && dtype.bytes() < Long.BYTES) {
            Moves.fill(builder, out, dtype, constant.get().getDouble(0));
            return;
        }
        Compute compute = Compute.of(List.of(dtype));
        List<View> views = new ArrayList<>();
        Expr value = MapLowering.operand(node.input(2), builder, views, compute);
        List<View> scalars =
                views.stream().map(view -> view.reshaped().orElseThrow()).toList();
        MapLowering.emit(builder, out, scalars, MapLowering.held(value, dtype, compute), compute);
    }

    private List<Stretch> stretches(int begin, int end, int extent) {
        int skip = Math.max(0, -begin);
        int kept = extent - skip - Math.max(0, -end);
        List<Stretch> stretches = new ArrayList<>(List.of(new Stretch(skip, 1, Math.max(0, begin), kept)));
        if (mode == Mode.CONSTANT) {
            return stretches;
        }
        int step = switch (mode) {
            case EDGE, CONSTANT -> 0;
            case WRAP -> 1;
            case REFLECT -> -1;
        };
        if (Math.max(begin, end) > extent - (mode == Mode.REFLECT ? 1 : 0) && mode != Mode.EDGE) {
            throw new SelvedgeException(
                    ErrorCode.UNSUPPORTED_OP,
                    "Pad has no native kernel for pads of " + Math.max(begin, end) + " around an extent of " + extent);
        }
        if (begin > 0) {
            stretches.add(new Stretch(mode.source(-begin, extent), step, 0, begin));
        }
        if (end > 0) {
            stretches.add(new Stretch(mode.source(extent, extent), step, Math.max(0, begin) + kept, end));
        }
        return stretches;
    }

    private static void copyAll(
            ProgramBuilder builder, List<List<Stretch>> axes, int axis, View from, View to, int bytes) {
        if (axis == axes.size()) {
            builder.copy(from, to, bytes);
            return;
        }
        for (Stretch s : axes.get(axis)) {
            if (s.count() > 0) {
                copyAll(
                        builder,
                        axes,
                        axis + 1,
                        from.sliced(axis, s.from(), s.step(), s.count()),
                        to.sliced(axis, s.to(), 1, s.count()),
                        bytes);
            }
        }
    }
}
