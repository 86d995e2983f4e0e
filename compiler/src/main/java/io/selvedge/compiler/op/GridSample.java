package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.diag.ErrorCode;
import io.selvedge.compiler.diag.SelvedgeException;
import io.selvedge.compiler.ir.Dim;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Y[n,c,p] = X[n,c] read at grid[n,p]}, coordinates from -1 to 1, last one first. Shapes: X [N,C,spatial], grid
 * [N,out...,rank], Y [N,C,out...], two or three spatial axes; cubic in two only.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GridSample.html">ONNX GridSample</a>
 */
public record GridSample(Mode mode, Padding padding, boolean alignCorners) implements Op, Lowerable {
    /** How values between elements are found. */
    public enum Mode {
        NEAREST,
        LINEAR,
        CUBIC
    }

    /** What lies outside of the image. */
    public enum Padding {
        ZEROS,
        BORDER,
        REFLECTION
    }

    private static final double CUBIC = -0.75;

    static Op read(OpCall call) {
        String mode = call.attributes().text("mode", "linear");
        String padding = call.attributes().text("padding_mode", "zeros");
        return new GridSample(
                switch (mode) {
                    case "linear", "bilinear" -> Mode.LINEAR;
                    case "cubic", "bicubic" -> Mode.CUBIC;
                    case "nearest" -> Mode.NEAREST;
                    default ->
                        throw new SelvedgeException(
                                ErrorCode.BAD_ATTRIBUTE,
                                "mode '" + mode + "' is not known; use linear, cubic or nearest");
                },
                Arrays.stream(Padding.values())
                        .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(padding))
                        .findFirst()
                        .orElseThrow(() -> new SelvedgeException(
                                ErrorCode.BAD_ATTRIBUTE,
                                "padding_mode '" + padding + "' is not known; use zeros, border or reflection")),
                call.attributes().flag("align_corners", false));
    }

    @Override
    public String type() {
        return "GridSample";
    }

    /** The names of opset 16, whose form the graph has. */
    @Override
    public Map<String, Object> attributes() {
        return Attributes.map(
                "mode",
                switch (mode) {
                    case NEAREST -> "nearest";
                    case LINEAR -> "bilinear";
                    case CUBIC -> "bicubic";
                },
                "padding_mode",
                padding.name().toLowerCase(Locale.ROOT),
                "align_corners",
                alignCorners ? 1L : 0L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        TensorType grid = required(inputs, 1, "grid");
        int rank = x.shape().rank();
        shapes(
                (rank == 4 || (rank == 5 && mode != Mode.CUBIC))
                        && grid.shape().rank() == rank
                        && grid.shape().extent(rank - 1) == rank - 2
                        && grid.shape().extent(0) == x.shape().extent(0),
                "needs X [N,C,H,W] or [N,C,D,H,W] (not cubic) and grid [N,...,%s]; got X=%s, grid=%s",
                rank - 2,
                x,
                grid);
        List<Dim> y = new ArrayList<>(x.shape().dims().subList(0, 2));
        y.addAll(grid.shape().dims().subList(1, rank - 1));
        return List.of(new TensorType(x.dtype(), new Shape(y)));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        Tensor grid = required(inputs, 1, "grid");
        TensorType type = infer(List.of(Optional.of(x.type()), Optional.of(grid.type())), List.of())
                .getFirst();
        int[] extents = x.shape().extents();
        int spatial = extents.length - 2;
        int plane = Strides.product(extents, 2, extents.length);
        int points = Strides.product(type.shape().extents(), 2, extents.length);
        double[] in = x.toDoubles();
        double[] y = new double[Math.toIntExact(type.shape().elements())];
        for (int i = 0; i < y.length; i++) {
            int image = i / points;
            double[] at = new double[spatial];
            for (int axis = 0; axis < spatial; axis++) {
                double g = grid.getDouble((image / extents[1] * points + i % points) * spatial + spatial - 1 - axis);
                int n = extents[axis + 2];
                at[axis] = inside(alignCorners ? (g + 1) / 2 * (n - 1) : ((g + 1) * n - 1) / 2, n);
            }
            y[i] = sample(in, image * plane, extents, at, 0);
        }
        return List.of(Tensor.filled(type, i -> y[i]));
    }

    /** Folds over the axes from {@code axis} on; {@code start} is the offset of the index so far. */
    private double sample(double[] in, int start, int[] extents, double[] at, int axis) {
        if (axis == at.length) {
            return in[start];
        }
        int n = extents[axis + 2];
        int stride = Strides.product(extents, axis + 3, extents.length);
        int first = (int) Math.floor(at[axis]);
        double[] weights = weights(at[axis] - first);
        int from = mode == Mode.CUBIC ? first - 1 : mode == Mode.LINEAR ? first : (int) Math.rint(at[axis]);
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            int index = from + k;
            if (padding != Padding.ZEROS) {
                index = (int) inside(index, n);
            }
            if (index >= 0 && index < n) {
                sum += weights[k] * sample(in, start + index * stride, extents, at, axis + 1);
            }
        }
        return sum;
    }

    private double[] weights(double t) {
        return switch (mode) {
            case NEAREST -> new double[] {1};
            case LINEAR -> new double[] {1 - t, t};
            case CUBIC -> new double[] {outer(t + 1), inner(t), inner(1 - t), outer(2 - t)};
        };
    }

    private static double inner(double d) {
        return ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1;
    }

    private static double outer(double d) {
        return ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC;
    }

    private double inside(double at, int n) {
        return switch (padding) {
            case ZEROS -> at;
            case BORDER -> Math.clamp(at, 0, n - 1);
            case REFLECTION -> reflected(at, alignCorners ? 0 : -0.5, alignCorners ? n - 1 : n - 0.5);
        };
    }

    private static double reflected(double at, double low, double high) {
        double range = high - low;
        if (range <= 0) {
            return 0;
        }
        double turn = Math.abs(at - low) % (2 * range);
        return low + (turn > range ? 2 * range - turn : turn);
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        TensorType x = builder.graph().type(node.input(0));
        TensorType grid = builder.graph().type(node.input(1));
        int[] extents = x.shape().extents();
        int spatial = extents.length - 2;
        int[] image = {1, 1, 1};
        System.arraycopy(extents, 2, image, image.length - spatial, spatial);
        Routines.call(
                builder,
                node.output(),
                "sample",
                "sv_grid_sample",
                List.of(node.input(0), node.input(1)),
                x.dtype(),
                grid.dtype(),
                extents[0],
                extents[1],
                Strides.product(grid.shape().extents(), 1, extents.length - 1),
                spatial,
                image,
                mode,
                padding,
                alignCorners);
    }
}
