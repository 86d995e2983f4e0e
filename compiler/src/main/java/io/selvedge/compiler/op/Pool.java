package io.selvedge.compiler.op;

import static io.selvedge.compiler.op.Operands.required;
import static io.selvedge.compiler.op.Operands.shapes;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WindowReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * MaxPool and AveragePool: {@code Y[n,c,p] = fold over the window of X[n, c, p*stride + k*dilation - pad]}. The maximum
 * ignores pads; the average divides by the taps inside the input, or with {@code countIncludePad} by those inside the
 * padded input. Shapes: X [N,C,spatial], one to three spatial axes. Pads are explicit. A second output of MaxPool says where in
 * the whole of X each maximum lies.
 *
 * @param byColumns whether those places count columns first
 * @see <a href="https://onnx.ai/onnx/operators/onnx__AveragePool.html">ONNX AveragePool</a>,
 *     <a href="https://onnx.ai/onnx/operators/onnx__MaxPool.html">MaxPool</a>
 */
public record Pool(
        Kind kind,
        List<Integer> kernelShape,
        List<Integer> strides,
        List<Integer> pads,
        List<Integer> dilations,
        boolean ceilMode,
        boolean countIncludePad,
        boolean byColumns)
        implements Op, Lowerable, WindowReader {
    /** What is folded over the window. */
    public enum Kind {
        MAX,
        AVERAGE
    }

    public Pool {
        kernelShape = List.copyOf(kernelShape);
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
        dilations = List.copyOf(dilations);
    }

    public Pool(
            Kind kind,
            List<Integer> kernelShape,
            List<Integer> strides,
            List<Integer> pads,
            List<Integer> dilations,
            boolean ceilMode,
            boolean countIncludePad) {
        this(kind, kernelShape, strides, pads, dilations, ceilMode, countIncludePad, false);
    }

    static Op read(OpCall call) {
        Attributes attributes = call.attributes();
        Window window = Window.read(call, attributes.integers("kernel_shape"));
        return new Pool(
                call.type().equals("MaxPool") ? Kind.MAX : Kind.AVERAGE,
                window.kernel(),
                window.strides(),
                window.pads(),
                window.dilations(),
                attributes.flag("ceil_mode", false),
                attributes.flag("count_include_pad", false),
                attributes.flag("storage_order", false));
    }

    @Override
    public String type() {
        return kind == Kind.MAX ? "MaxPool" : "AveragePool";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> common = new TreeMap<>(Attributes.map(
                "kernel_shape", Attributes.array(kernelShape),
                "strides", Attributes.array(strides),
                "pads", Attributes.array(pads),
                "ceil_mode", ceilMode ? 1L : 0L));
        if (kind == Kind.AVERAGE) {
            common.put("count_include_pad", countIncludePad ? 1L : 0L);
        }
        if (byColumns) {
            common.put("storage_order", 1L);
        }
        // AveragePool has dilations only from opset 19 on.
        if (kind == Kind.MAX || dilations.stream().anyMatch(dilation -> dilation != 1)) {
            common.put("dilations", Attributes.array(dilations));
        }
        return common;
    }

    private Window window() {
        return new Window(kernelShape, strides, pads, dilations);
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        TensorType x = required(inputs, 0, "X");
        shapes(x.shape().rank() == kernelShape.size() + 2, "needs X of rank %s, got %s", kernelShape.size() + 2, x);
        int[] spatial = window().output(x.shape().extents(), ceilMode);
        long[] y = new long[spatial.length + 2];
        y[0] = x.shape().extent(0);
        y[1] = x.shape().extent(1);
        for (int axis = 0; axis < spatial.length; axis++) {
            y[axis + 2] = spatial[axis];
        }
        return kind == Kind.MAX
                ? List.of(TensorType.of(x.dtype(), y), TensorType.of(DType.INT64, y))
                : List.of(TensorType.of(x.dtype(), y));
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor x = required(inputs, 0, "X");
        TensorType type = infer(List.of(Optional.of(x.type())), List.of()).getFirst();
        int[] from = Window.threeDimensional(x.shape().extents());
        int[] to = Window.threeDimensional(type.shape().extents());
        Window window = window().threeDimensional();
        double[] in = x.toDoubles();
        double[] out = new double[Math.toIntExact(type.shape().elements())];
        long[] places = new long[out.length];
        int i = 0;
        int inPlane = from[2] * from[3] * from[4];
        for (int plane = 0; plane < to[0] * to[1]; plane++) {
            for (int d = 0; d < to[2]; d++) {
                for (int h = 0; h < to[3]; h++) {
                    for (int w = 0; w < to[4]; w++) {
                        places[i] = largest(in, plane * inPlane, from, window, d, h, w);
                        out[i++] = fold(in, plane * inPlane, from, window, d, h, w);
                    }
                }
            }
        }
        Tensor y = Tensor.filled(type, index -> out[index]);
        return kind == Kind.MAX
                ? List.of(y, Tensor.integers(new TensorType(DType.INT64, type.shape()), index -> places[index]))
                : List.of(y);
    }

    /** Where the first maximum of a window lies. */
    private long largest(double[] in, int at, int[] x, Window window, int d, int h, int w) {
        int best = -1;
        long place = 0;
        for (int tap = 0; tap < window.taps() && kind == Kind.MAX; tap++) {
            int kh = tap / window.kernel().get(2) % window.kernel().get(1);
            int xd = position(
                    window, 0, d, tap / window.kernel().get(2) / window.kernel().get(1));
            int xh = position(window, 1, h, kh);
            int xw = position(window, 2, w, tap % window.kernel().get(2));
            int from = at + (xd * x[3] + xh) * x[4] + xw;
            if (inside(x[2], xd) && inside(x[3], xh) && inside(x[4], xw) && (best < 0 || in[from] > in[best])) {
                best = from;
                place = byColumns ? xd + (long) x[2] * (xh + (long) x[3] * xw) : from - at;
            }
        }
        return at + place;
    }

    private double fold(double[] in, int at, int[] x, Window window, int d, int h, int w) {
        double sum = 0;
        double max = Double.NEGATIVE_INFINITY;
        int inside = 0;
        int padded = 0;
        for (int kd = 0; kd < window.kernel().get(0); kd++) {
            for (int kh = 0; kh < window.kernel().get(1); kh++) {
                for (int kw = 0; kw < window.kernel().get(2); kw++) {
                    int xd = position(window, 0, d, kd);
                    int xh = position(window, 1, h, kh);
                    int xw = position(window, 2, w, kw);
                    if (inside(x[2], xd) && inside(x[3], xh) && inside(x[4], xw)) {
                        double value = in[at + (xd * x[3] + xh) * x[4] + xw];
                        sum += value;
                        max = Math.max(max, value);
                        inside++;
                    }
                    // Ceil mode hangs windows over the padded end; nothing lies before the padded begin.
                    if (xd < x[2] + window.pads().get(3)
                            && xh < x[3] + window.pads().get(4)
                            && xw < x[4] + window.pads().get(5)) {
                        padded++;
                    }
                }
            }
        }
        return kind == Kind.MAX ? max : sum / Math.max(1, countIncludePad ? padded : inside);
    }

    private static int position(Window window, int axis, int output, int tap) {
        return output * window.strides().get(axis)
                + tap * window.dilations().get(axis)
                - window.pads().get(axis);
    }

    private static boolean inside(int extent, int position) {
        return position >= 0 && position < extent;
    }

    @Override
    public Request request(Node node, Graph graph) {
        return PoolLowering.request();
    }

    @Override
    public boolean readsWindows(Node node, Graph graph) {
        return kernelShape.size() <= 2;
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        if (node.outputs().size() > 1 && !node.outputs().get(1).isEmpty()) {
            DType dtype = builder.graph().type(node.input(0)).dtype();
            boolean byte8 = dtype == DType.INT8 || dtype == DType.UINT8;
            if (!byte8) {
                MapLowering.requireReal(builder, node.input(0));
            }
            DirectLowering.pooling(
                    node,
                    builder,
                    byte8 ? "sv_maxima_u8" : "sv_maxima_f32",
                    node.outputs().get(1),
                    window(),
                    byColumns ? 1 : 0);
        }
        if (node.output().isEmpty()) {
            return;
        }
        if (!readsWindows(node, builder.graph())) {
            MapLowering.requireReal(builder, node.output());
            DirectLowering.pooling(
                    node,
                    builder,
                    "sv_direct_pool",
                    node.output(),
                    window(),
                    pads.get(3),
                    pads.get(4),
                    pads.get(5),
                    countIncludePad ? 1 : 0,
                    kind == Kind.MAX ? 1 : 0);
            return;
        }
        ConvGeometry geometry = PoolLowering.geometry(
                builder.graph().type(node.input(0)).shape(),
                builder.graph().type(node.output()).shape(),
                kernelShape,
                strides,
                pads,
                dilations);
        PoolLowering.lower(
                node,
                builder,
                kind == Kind.MAX ? Kernel.Pool.Kind.MAX : Kernel.Pool.Kind.AVERAGE,
                geometry,
                countIncludePad);
    }
}
