package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Compute;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Folds some axes: {@code Y = f over axes of X}. Axes are explicit, ascending and non-negative; kept as extent 1 or removed.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ReduceSum.html">ONNX ReduceSum</a> and its family
 */
public record Reduce(Kind kind, List<Integer> axes, boolean keepDims) implements Op, Lowerable {
    /** The fold; sums run in double and round once. */
    public enum Kind {
        SUM("ReduceSum"),
        MEAN("ReduceMean"),
        MAX("ReduceMax"),
        MIN("ReduceMin"),
        PROD("ReduceProd"),
        L1("ReduceL1"),
        L2("ReduceL2"),
        SUM_SQUARE("ReduceSumSquare"),
        LOG_SUM("ReduceLogSum"),
        LOG_SUM_EXP("ReduceLogSumExp");

        private final String onnx;

        Kind(String onnx) {
            this.onnx = onnx;
        }
    }

    public Reduce {
        axes = List.copyOf(axes);
    }

    static Op read(OpCall call) {
        Kind kind = Arrays.stream(Kind.values())
                .filter(each -> each.onnx.equals(call.type()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(call.type()));
        boolean keep = call.attributes().flag("keepdims", true);
        List<Integer> axes =
                call.integers(1, "axes").orElseGet(() -> call.attributes().integers("axes", List.of()));
        call.keep(1);
        if (call.has(0)) {
            int rank = call.inputType(0).shape().rank();
            if (axes.isEmpty() && call.attributes().flag("noop_with_empty_axes", false)) {
                return new Identity();
            }
            axes = axes.isEmpty()
                    ? IntStream.range(0, rank).boxed().toList()
                    : axes.stream()
                            .map(axis -> Operands.axis(axis, rank))
                            .distinct()
                            .sorted()
                            .toList();
        }
        return new Reduce(kind, axes, keep);
    }

    @Override
    public String type() {
        return kind.onnx;
    }

    @Override
    public Map<String, Object> attributes() {
        return Attributes.map("axes", Attributes.array(axes), "keepdims", keepDims ? 1L : 0L);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "data");
        List<Long> y = new ArrayList<>();
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            if (!axes.contains(axis)) {
                y.add((long) x.shape().extent(axis));
            } else if (keepDims) {
                y.add(1L);
            }
        }
        axes.forEach(axis -> Operands.axis(axis, x.shape().rank()));
        return List.of(TensorType.of(x.dtype(), y.stream().mapToLong(n -> n).toArray()));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "data");
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        int[] extents = x.shape().extents();
        int[] strides = Strides.of(extents);
        int[] kept = IntStream.range(0, extents.length)
                .filter(axis -> !axes.contains(axis))
                .toArray();
        int[] starts = Strides.walk(pick(extents, kept), pick(strides, kept), 0);
        int[] folded = axes.stream().mapToInt(axis -> axis).toArray();
        int[] offsets = Strides.walk(pick(extents, folded), pick(strides, folded), 0);
        if (x.dtype() == DType.INT64) {
            return List.of(Tensor.integers(type, i -> exact(x, starts[i], offsets)));
        }
        return List.of(Tensor.filled(type, i -> fold(x, starts[i], offsets)));
    }

    private static int[] pick(int[] values, int[] axes) {
        return Arrays.stream(axes).map(axis -> values[axis]).toArray();
    }

    private double fold(Tensor x, int start, int[] offsets) {
        double max = Double.NEGATIVE_INFINITY;
        double min = Double.POSITIVE_INFINITY;
        double sum = 0;
        double product = 1;
        for (int offset : offsets) {
            double value = x.getDouble(start + offset);
            max = Math.max(max, value);
            min = Math.min(min, value);
            product *= value;
            sum += switch (kind) {
                case L1 -> Math.abs(value);
                case L2, SUM_SQUARE -> value * value;
                case LOG_SUM_EXP -> Math.exp(value);
                default -> value;
            };
        }
        return switch (kind) {
            case SUM, L1, SUM_SQUARE -> sum;
            case MEAN -> sum / offsets.length;
            case MAX -> max;
            case MIN -> min;
            case PROD -> product;
            case L2 -> Math.sqrt(sum);
            case LOG_SUM, LOG_SUM_EXP -> Math.log(sum);
        };
    }

    private long exact(Tensor x, int start, int[] offsets) {
        long result = switch (kind) {
            case MAX -> Long.MIN_VALUE;
            case MIN -> Long.MAX_VALUE;
            case PROD -> 1;
            default -> 0;
        };
        for (int offset : offsets) {
            long value = x.getLong(start + offset);
            result = switch (kind) {
                case SUM, MEAN -> result + value;
                case L1 -> result + Math.abs(value);
                case SUM_SQUARE -> result + value * value;
                case MAX -> Math.max(result, value);
                case MIN -> Math.min(result, value);
                case PROD -> result * value;
                case L2, LOG_SUM, LOG_SUM_EXP -> (long) fold(x, start, offsets);
            };
        }
        return kind == Kind.MEAN ? result / offsets.length : result;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        DType dtype = builder.graph().type(node.output()).dtype();
        Compute compute = compute(dtype);
        View x = builder.view(node.input(0));
        boolean mapped = kind == Kind.L1 || kind == Kind.LOG_SUM_EXP || !folds(dtype, compute);
        if (mapped) {
            View elements = builder.temporary(node.name() + ".elements", compute.dtype(), x.extents());
            List<View> views = new ArrayList<>();
            Expr element = element(MapLowering.operand(node.input(0), builder, views, compute));
            MapLowering.emit(builder, elements, views, element, compute);
            x = elements;
        }
        boolean direct = kind != Kind.L2 && kind != Kind.LOG_SUM && kind != Kind.LOG_SUM_EXP;
        if (direct && (!mapped || dtype == compute.dtype())) {
            fold(builder, kernelKind(), x, axes, keepDims, builder.define(node.output()));
            return;
        }
        View folded = builder.temporary(node.name() + ".folded", compute.dtype(), builder.extents(node.output()));
        fold(builder, kernelKind(), x, axes, keepDims, folded);
        MapLowering.map(builder, node.output(), List.of(folded), result(new Expr.Input(0)), compute);
    }

    private Expr element(Expr x) {
        return switch (kind) {
            case L1 -> MapLowering.unary(Expr.UnaryOp.ABS, x);
            case LOG_SUM_EXP -> MapLowering.unary(Expr.UnaryOp.EXP, x);
            default -> x;
        };
    }

    private Expr result(Expr x) {
        return switch (kind) {
            case L2 -> MapLowering.unary(Expr.UnaryOp.SQRT, x);
            case LOG_SUM, LOG_SUM_EXP -> MapLowering.unary(Expr.UnaryOp.LOG, x);
            default -> x;
        };
    }

    /** Roots and logarithms of integers are taken in f64. */
    private Compute compute(DType dtype) {
        Compute compute = Compute.of(List.of(dtype));
        boolean real = kind == Kind.L2 || kind == Kind.LOG_SUM || kind == Kind.LOG_SUM_EXP;
        return real && compute != Compute.F32 ? Compute.F64 : compute;
    }

    /** Whether the kernel reads elements of this type as they are held. */
    private static boolean folds(DType dtype, Compute compute) {
        return switch (compute) {
            case F32 -> dtype == DType.FLOAT32 || dtype == DType.BOOL;
            case F64 -> dtype == DType.FLOAT64;
            case S64, U64 -> dtype.bytes() >= Integer.BYTES;
        };
    }

    private Kernel.Reduce.Kind kernelKind() {
        return switch (kind) {
            case SUM, L1, LOG_SUM, LOG_SUM_EXP -> Kernel.Reduce.Kind.SUM;
            case MEAN -> Kernel.Reduce.Kind.MEAN;
            case MAX -> Kernel.Reduce.Kind.MAX;
            case MIN -> Kernel.Reduce.Kind.MIN;
            case PROD -> Kernel.Reduce.Kind.PROD;
            case SUM_SQUARE, L2 -> Kernel.Reduce.Kind.SUM_SQUARE;
        };
    }

    /** Emits the kernel that folds some axes of a view into another. */
    static void fold(
            ProgramBuilder builder, Kernel.Reduce.Kind kind, View x, List<Integer> axes, boolean keepDims, View y) {
        List<Integer> extents = new ArrayList<>();
        List<Integer> from = new ArrayList<>();
        List<Integer> to = new ArrayList<>();
        List<Integer> reduced = new ArrayList<>();
        List<Integer> strides = new ArrayList<>();
        int out = 0;
        for (int axis = 0; axis < x.extents().length; axis++) {
            if (axes.contains(axis)) {
                reduced.add(x.extents()[axis]);
                strides.add(x.strides()[axis]);
                out += keepDims ? 1 : 0;
            } else {
                extents.add(x.extents()[axis]);
                from.add(x.strides()[axis]);
                to.add(y.strides()[out++]);
            }
        }
        builder.emit(
                new Kernel.Reduce(
                        kind,
                        extents,
                        reduced,
                        new Kernel.Strided(x.buffer(), x.weight(), x.offset(), from),
                        strides,
                        new Kernel.Strided(y.buffer(), y.weight(), y.offset(), to)),
                0);
    }
}
