package io.selvedge.compiler.op;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.ir.Node;
import io.selvedge.compiler.ir.Op;
import io.selvedge.compiler.ir.Shape;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.program.ExprEvaluator;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Lowerable;
import io.selvedge.compiler.program.ProgramBuilder;
import io.selvedge.compiler.program.WeightPacking;
import io.selvedge.compiler.program.WindowReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A quantised convolution or matrix product, with the rounding of the QDQ graph it stands for:
 * {@code y = clamp(round_half_even(acc * (sx*sw/sy)), lo-zy, hi-zy) + zy}, acc int32 = bias + sum (x-zx)*w. Inputs: x 8 bits
 * [N,C,H,W], [N,C,L] or [M,K]; w int8 constant; bias int32 constant at scale sx*sw (may be absent); residual 8 bits of y's
 * shape (only with {@code add}).
 *
 * @param scaleW one value, or one per output channel
 * @param outShape shape of y without knowledge of the padding mode
 */
public record QConv(
        List<Integer> strides,
        List<Integer> pads,
        List<Integer> dilations,
        int group,
        Quant x,
        List<Float> scaleW,
        Quant y,
        int lo,
        int hi,
        Optional<Residual> add,
        Shape outShape,
        DType outType)
        implements Op, Lowerable, WindowReader {

    /** Scale and zero point of a per-tensor quantisation, in the domain of the value's own dtype. */
    public record Quant(float scale, int zeroPoint) {}

    /** A residual that is added after y was rounded, and the quantisation of the sum. */
    public record Residual(Quant residual, Quant sum, int lo, int hi) {}

    public QConv {
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
        dilations = List.copyOf(dilations);
        scaleW = List.copyOf(scaleW);
    }

    @Override
    public String type() {
        return "QConv";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new TreeMap<>();
        attributes.put("group", (long) group);
        attributes.put("strides", strides.stream().mapToLong(i -> i).toArray());
        attributes.put("pads", pads.stream().mapToLong(i -> i).toArray());
        attributes.put("dilations", dilations.stream().mapToLong(i -> i).toArray());
        attributes.put("x_scale", x.scale());
        attributes.put("x_zero_point", (long) x.zeroPoint());
        attributes.put("y_scale", y.scale());
        attributes.put("y_zero_point", (long) y.zeroPoint());
        attributes.put("clamp", new long[] {lo, hi});
        add.ifPresent(a -> attributes.put("add", a.toString()));
        return attributes;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(new TensorType(outType, outShape));
    }

    private ConvGeometry geometry(Shape xShape, Shape wShape) {
        return ConvGeometry.of(xShape, wShape, outShape, strides, pads, dilations, group);
    }

    float scale(int channel) {
        float sw = scaleW.size() == 1 ? scaleW.getFirst() : scaleW.get(channel);
        return x.scale() * sw / y.scale();
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor xs = inputs.get(0).orElseThrow();
        Tensor ws = inputs.get(1).orElseThrow();
        ConvGeometry g = geometry(xs.shape(), ws.shape());
        Kernel.Window win = g.window();
        Optional<Tensor> bias = inputs.size() > 2 ? inputs.get(2) : Optional.empty();
        int per = g.c() / g.group();
        int outPer = g.oc() / g.group();
        Optional<Tensor> residual = add.isPresent() ? inputs.get(3) : Optional.empty();
        int[] result = new int[g.n() * g.oc() * g.oh() * g.ow()];
        int at = 0;
        for (int n = 0; n < g.n(); n++) {
            for (int o = 0; o < g.oc(); o++) {
                for (int oy = 0; oy < g.oh(); oy++) {
                    for (int ox = 0; ox < g.ow(); ox++, at++) {
                        int acc = bias.isPresent() ? (int) bias.get().getLong(o) : 0;
                        for (int i = 0; i < per; i++) {
                            int c = o / outPer * per + i;
                            for (int ky = 0; ky < win.kernelH(); ky++) {
                                int iy = oy * win.strideH() + ky * win.dilationH() - win.padTop();
                                for (int kx = 0; kx < win.kernelW() && iy >= 0 && iy < g.h(); kx++) {
                                    int ix = ox * win.strideW() + kx * win.dilationW() - win.padLeft();
                                    if (ix >= 0 && ix < g.w()) {
                                        int xv = (int) xs.getLong(((n * g.c() + c) * g.h() + iy) * g.w() + ix);
                                        int wv = (int)
                                                ws.getLong(((o * per + i) * win.kernelH() + ky) * win.kernelW() + kx);
                                        acc += (xv - x.zeroPoint()) * wv;
                                    }
                                }
                            }
                        }
                        int q = round((float) acc * scale(o), y.zeroPoint(), lo, hi);
                        if (residual.isPresent()) {
                            q = addResidual(q, (int) residual.get().getLong(at));
                        }
                        result[at] = q;
                    }
                }
            }
        }
        return List.of(Tensor.filled(new TensorType(outType, outShape), i -> result[i]));
    }

    private int addResidual(int q, int r) {
        Residual a = add.orElseThrow();
        float ours = (q - y.zeroPoint()) * (y.scale() / a.sum().scale());
        float theirs =
                (r - a.residual().zeroPoint()) * (a.residual().scale() / a.sum().scale());
        return round(ours + theirs, a.sum().zeroPoint(), a.lo(), a.hi());
    }

    static int round(float steps, int zeroPoint, int lo, int hi) {
        return (int) ExprEvaluator.round(steps, zeroPoint, lo, hi);
    }

    @Override
    public Request request(Node node, Graph graph) {
        DType dtype = graph.type(node.input(0)).dtype();
        return geometry(
                        graph.type(node.input(0)).shape(),
                        graph.type(node.input(1)).shape())
                .request(ProgramBuilder.zeroPoint(dtype, x.zeroPoint()), 4);
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        Graph graph = builder.graph();
        ConvGeometry g = geometry(
                graph.type(node.input(0)).shape(), graph.type(node.input(1)).shape());
        int in = builder.channelsLast(node.input(0));
        OptionalInt residual = add.isPresent() ? builder.residual(node, 3) : OptionalInt.empty();
        int out = builder.defineVectors(node.output());
        Tensor w = graph.constant(node.input(1)).orElseThrow();
        byte[] weight = new byte[w.elements()];
        w.bytes().get(weight);
        DType dtype = graph.type(node.input(0)).dtype();
        int zx = ProgramBuilder.zeroPoint(dtype, x.zeroPoint());
        int[] bias = new int[g.oc()];
        float[] scales = new float[g.oc()];
        int per = weight.length / g.oc();
        for (int o = 0; o < g.oc(); o++) {
            int sum = 0;
            for (int i = 0; i < per; i++) {
                sum += weight[o * per + i];
            }
            bias[o] = (node.hasInput(2)
                            ? (int) graph.constant(node.input(2)).orElseThrow().getLong(o)
                            : 0)
                    - zx * sum;
            scales[o] = scale(o);
        }
        String name = node.input(1);
        int biases = builder.weight(node.name() + ".bias", WeightPacking.vector(bias));
        int scaleId = builder.weight(node.name() + ".scale", WeightPacking.vector(scales));
        int kh = g.window().kernelH();
        int kw = g.window().kernelW();
        if (g.depthwise()) {
            int weights = builder.weight(name + ".qdw", WeightPacking.qdepthwise(weight, g.c(), kh, kw));
            builder.emit(
                    new Kernel.QDepthwiseConv(in, out, residual, weights, biases, scaleId, g.window(), requantize()),
                    g.macs());
            return;
        }
        byte[] dense = weight;
        if (g.group() > 1) {
            dense = new byte[g.oc() * g.c() * kh * kw];
            g.ungroup(weight, dense, System::arraycopy);
        }
        int run = g.runChannels(builder.buffer(in).pixelPitch());
        int weights = builder.weight(
                name + ".qconv" + run, WeightPacking.qconv(dense, g.oc(), g.c(), kh, kw, run, g.tapRuns()));
        builder.emit(new Kernel.QConv(in, out, residual, weights, biases, scaleId, g.window(), requantize()), g.macs());
    }

    private Kernel.Requantize requantize() {
        int shift = ProgramBuilder.zeroPoint(outType, 0);
        if (add.isEmpty()) {
            return Kernel.Requantize.of(y.zeroPoint() + shift, lo + shift, hi + shift);
        }
        Residual a = add.get();
        return new Kernel.Requantize(
                y.zeroPoint() + shift,
                lo + shift,
                hi + shift,
                y.scale() / a.sum().scale(),
                a.residual().zeroPoint() + shift,
                a.residual().scale() / a.sum().scale(),
                a.sum().zeroPoint() + shift,
                a.lo() + shift,
                a.hi() + shift);
    }
}
