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
import io.selvedge.compiler.program.WindowReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Average pooling of 8-bit values:
 * {@code y = clamp(round_half_even((sum - count*zx) * (sx/sy / count)), qmin-zy, qmax-zy) + zy}. x [N,C,H,W] or [N,C,L].
 */
public record QPool(
        List<Integer> kernel,
        List<Integer> strides,
        List<Integer> pads,
        boolean countIncludePad,
        QConv.Quant x,
        QConv.Quant y,
        Shape outShape,
        DType outType)
        implements Op, Lowerable, WindowReader {
    public QPool {
        kernel = List.copyOf(kernel);
        strides = List.copyOf(strides);
        pads = List.copyOf(pads);
    }

    @Override
    public String type() {
        return "QPool";
    }

    @Override
    public String domain() {
        return "selvedge";
    }

    @Override
    public Map<String, Object> attributes() {
        Map<String, Object> attributes = new TreeMap<>();
        attributes.put("kernel_shape", kernel.stream().mapToLong(i -> i).toArray());
        attributes.put("strides", strides.stream().mapToLong(i -> i).toArray());
        attributes.put("pads", pads.stream().mapToLong(i -> i).toArray());
        attributes.put("x", x.toString());
        attributes.put("y", y.toString());
        return attributes;
    }

    @Override
    public List<TensorType> infer(List<Optional<TensorType>> inputs, List<Optional<Tensor>> constants) {
        return List.of(new TensorType(outType, outShape));
    }

    private ConvGeometry geometry(Shape in) {
        return PoolLowering.geometry(in, outShape, kernel, strides, pads, List.of());
    }

    private int low() {
        return outType == DType.INT8 ? -128 : 0;
    }

    @Override
    public List<Tensor> evaluate(List<Optional<Tensor>> inputs) {
        Tensor in = inputs.getFirst().orElseThrow();
        ConvGeometry g = geometry(in.shape());
        Kernel.Window win = g.window();
        int[] result = new int[g.n() * g.c() * g.oh() * g.ow()];
        int at = 0;
        for (int plane = 0; plane < g.n() * g.c(); plane++) {
            for (int oy = 0; oy < g.oh(); oy++) {
                for (int ox = 0; ox < g.ow(); ox++) {
                    int top = oy * win.strideH() - win.padTop();
                    int left = ox * win.strideW() - win.padLeft();
                    int sum = 0;
                    int count = 0;
                    for (int iy = Math.max(0, top); iy < Math.min(g.h(), top + win.kernelH()); iy++) {
                        for (int ix = Math.max(0, left); ix < Math.min(g.w(), left + win.kernelW()); ix++) {
                            sum += (int) in.getLong((plane * g.h() + iy) * g.w() + ix) - x.zeroPoint();
                            count++;
                        }
                    }
                    int divisor = countIncludePad ? PoolLowering.paddedCount(g, top, left) : count;
                    float scale = x.scale() / y.scale() / divisor;
                    result[at++] = (int) ExprEvaluator.round(sum * scale, y.zeroPoint(), low(), low() + 255);
                }
            }
        }
        return List.of(Tensor.filled(new TensorType(outType, outShape), i -> result[i]));
    }

    @Override
    public Request request(Node node, Graph graph) {
        return PoolLowering.request();
    }

    @Override
    public void lower(Node node, ProgramBuilder builder) {
        ConvGeometry g = geometry(builder.graph().type(node.input(0)).shape());
        int in = builder.channelsLast(node.input(0));
        int out = builder.defineVectors(node.output());
        int shift = ProgramBuilder.zeroPoint(outType, 0);
        builder.emit(
                new Kernel.Pool(
                        in,
                        out,
                        Kernel.Pool.Kind.AVERAGE,
                        g.window(),
                        pads.isEmpty() ? 0 : g.padBottom(),
                        pads.isEmpty() ? 0 : g.padRight(),
                        countIncludePad,
                        x.scale() / y.scale(),
                        x.zeroPoint()
                                + ProgramBuilder.zeroPoint(
                                        builder.graph().type(node.input(0)).dtype(), 0),
                        y.zeroPoint() + shift,
                        low() + shift,
                        low() + 255 + shift),
                0);
    }
}
