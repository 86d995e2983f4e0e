package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Buffer;
import io.selvedge.compiler.program.ExprEvaluator;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Runs programs one element at a time, as the Javadoc of {@link Kernel} says; every buffer has memory of its own. */
final class ScalarMachine {
    private final Program program;
    private final List<ByteBuffer> memory = new ArrayList<>();

    private ScalarMachine(Program program) {
        this.program = program;
        for (Buffer buffer : program.buffers()) {
            memory.add(ByteBuffer.allocate((int) buffer.bytes()).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    /** Output bytes for input bytes. */
    static List<byte[]> run(Program program, List<byte[]> inputs) {
        ScalarMachine machine = new ScalarMachine(program);
        for (int i = 0; i < inputs.size(); i++) {
            machine.memory.get(program.inputs().get(i)).put(0, inputs.get(i));
        }
        program.steps().forEach(step -> machine.run(step.kernel()));
        return program.outputs().stream()
                .map(id -> machine.memory.get(id).array())
                .toList();
    }

    private void run(Kernel kernel) {
        switch (kernel) {
            case Kernel.Conv k -> conv(k);
            case Kernel.Winograd k -> conv(k.conv());
            case Kernel.DepthwiseConv k -> depthwise(k);
            case Kernel.QConv k -> qconv(k);
            case Kernel.QDepthwiseConv k -> qdepthwise(k);
            case Kernel.Pool k -> pool(k);
            case Kernel.Map k -> map(k);
            case Kernel.Copy k -> copy(k);
            case Kernel.Lut k ->
                walk(k.extents(), at -> {
                    int x = memory.get(k.input().buffer()).get(index(k.input(), at)) & 0xff;
                    memory.get(k.output().buffer())
                            .put(index(k.output(), at), weight(k.table()).get(x));
                });
            case Kernel.Softmax k -> softmax(k);
            case Kernel.MatMul k -> matMul(k);
            case Kernel.Gemm k -> gemm(k);
            case Kernel.LayerNorm k -> layerNorm(k);
            case Kernel.Reduce k -> reduce(k);
            case Kernel.Routine k ->
                throw new UnsupportedOperationException(
                        k.function() + " is compared with its operator's evaluation, by RoutinesTest");
        }
    }

    private interface Visitor {
        void visit(int[] position);
    }

    private static void walk(List<Integer> extents, Visitor visitor) {
        int[] at = new int[extents.size()];
        long count = extents.stream().mapToLong(e -> e).reduce(1, (a, b) -> a * b);
        for (long n = 0; n < count; n++) {
            long rest = n;
            for (int axis = at.length - 1; axis >= 0; axis--) {
                at[axis] = (int) (rest % extents.get(axis));
                rest /= extents.get(axis);
            }
            visitor.visit(at);
        }
    }

    private static int index(Kernel.Strided operand, int[] at) {
        return operand.offset() + dot(operand.strides(), at);
    }

    private static int dot(List<Integer> strides, int[] at) {
        return IntStream.range(0, at.length).map(i -> strides.get(i) * at[i]).sum();
    }

    private ByteBuffer weight(int id) {
        return program.weights().get(id).bytes();
    }

    private float load(Kernel.Strided operand, int element) {
        return operand.weight()
                ? weight(operand.buffer()).getFloat(element * 4)
                : load(program.buffer(operand.buffer()), element);
    }

    private float load(Buffer buffer, int element) {
        ByteBuffer bytes = memory.get(buffer.id());
        return switch (buffer.dtype()) {
            case FLOAT32 -> bytes.getFloat(element * 4);
            case INT32 -> bytes.getInt(element * 4);
            case INT64 -> bytes.getLong(element * 8);
            default -> bytes.get(element) & 0xff;
        };
    }

    private void store(Buffer buffer, int element, double value) {
        ByteBuffer bytes = memory.get(buffer.id());
        switch (buffer.dtype()) {
            case FLOAT32 -> bytes.putFloat(element * 4, (float) value);
            case INT32 -> bytes.putInt(element * 4, (int) value);
            case INT64 -> bytes.putLong(element * 8, (long) value);
            default -> bytes.put(element, (byte) (int) value);
        }
    }

    private static int at(Buffer b, int n, int c, int h, int w) {
        return b.origin() + n * b.imagePitch() + h * b.rowPitch() + w * b.pixelPitch() + c;
    }

    /** The element under a window's tap, the border's value outside the image. */
    private float tap(Buffer x, Kernel.Window w, int n, int c, int oy, int ox, int ky, int kx) {
        int iy = oy * w.strideH() + ky * w.dilationH() - w.padTop();
        int ix = ox * w.strideW() + kx * w.dilationW() - w.padLeft();
        boolean inside = iy >= 0 && iy < x.h() && ix >= 0 && ix < x.w();
        return inside ? load(x, at(x, n, c, iy, ix)) : x.padValue();
    }

    private interface Pixel {
        void visit(int n, int c, int oy, int ox);
    }

    private static void pixels(Buffer y, Pixel pixel) {
        walk(List.of(y.n(), y.c(), y.h(), y.w()), at -> pixel.visit(at[0], at[1], at[2], at[3]));
    }

    private float residual(OptionalInt residual, int n, int c, int oy, int ox) {
        if (residual.isEmpty()) {
            return 0;
        }
        Buffer r = program.buffer(residual.getAsInt());
        return load(r, at(r, n, c, oy, ox));
    }

    private void conv(Kernel.Conv k) {
        Buffer x = program.buffer(k.x());
        Buffer y = program.buffer(k.y());
        Kernel.Window w = k.window();
        int per = w.kernelW() == 1 || w.dilationW() > 1 ? x.c() : x.pixelPitch();
        pixels(y, (n, o, oy, ox) -> {
            double sum = weight(k.bias()).getFloat(o * 4);
            for (int ky = 0; ky < w.kernelH(); ky++) {
                for (int kx = 0; kx < w.kernelW(); kx++) {
                    for (int c = 0; c < x.c(); c++) {
                        int depth = (ky * w.kernelW() + kx) * per + c;
                        int at = (o / 16 * w.kernelH() * w.kernelW() * per + depth) * 16 + o % 16;
                        sum += (double) tap(x, w, n, c, oy, ox, ky, kx)
                                * weight(k.weights()).getFloat(at * 4);
                    }
                }
            }
            store(
                    y,
                    at(y, n, o, oy, ox),
                    ExprEvaluator.evaluate(k.epilogue(), (float) sum, residual(k.residual(), n, o, oy, ox)));
        });
    }

    private void depthwise(Kernel.DepthwiseConv k) {
        Buffer x = program.buffer(k.x());
        Buffer y = program.buffer(k.y());
        Kernel.Window w = k.window();
        int taps = w.kernelH() * w.kernelW();
        pixels(y, (n, c, oy, ox) -> {
            double sum = weight(k.bias()).getFloat(c * 4);
            for (int t = 0; t < taps; t++) {
                sum += (double) tap(x, w, n, c, oy, ox, t / w.kernelW(), t % w.kernelW())
                        * weight(k.weights()).getFloat(((c / 16 * taps + t) * 16 + c % 16) * 4);
            }
            store(
                    y,
                    at(y, n, c, oy, ox),
                    ExprEvaluator.evaluate(k.epilogue(), (float) sum, residual(k.residual(), n, c, oy, ox)));
        });
    }

    private void qconv(Kernel.QConv k) {
        Buffer x = program.buffer(k.x());
        Buffer y = program.buffer(k.y());
        Kernel.Window w = k.window();
        boolean tapRuns = w.dilationW() > 1 && w.kernelW() > 1;
        int per = w.kernelW() == 1 || tapRuns ? x.c() : x.pixelPitch();
        int runs = tapRuns ? w.kernelW() : 1;
        int words = ((tapRuns ? per : w.kernelW() * per) + 3) / 4;
        pixels(y, (n, o, oy, ox) -> {
            int sum = weight(k.bias()).getInt(o * 4);
            for (int ky = 0; ky < w.kernelH(); ky++) {
                for (int kx = 0; kx < w.kernelW(); kx++) {
                    for (int c = 0; c < x.c(); c++) {
                        int run = tapRuns ? ky * runs + kx : ky;
                        int in = tapRuns ? c : kx * per + c;
                        int at = (((o / 16 * w.kernelH() * runs + run) * words + in / 4) * 16 + o % 16) * 4 + in % 4;
                        sum += ((int) tap(x, w, n, c, oy, ox, ky, kx))
                                * weight(k.weights()).get(at);
                    }
                }
            }
            requantize(k.requantize(), y, n, o, oy, ox, sum, weight(k.scales()).getFloat(o * 4), k.residual());
        });
    }

    private void qdepthwise(Kernel.QDepthwiseConv k) {
        Buffer x = program.buffer(k.x());
        Buffer y = program.buffer(k.y());
        Kernel.Window w = k.window();
        int groups = (w.kernelH() + 3) / 4;
        pixels(y, (n, c, oy, ox) -> {
            int sum = weight(k.bias()).getInt(c * 4);
            for (int ky = 0; ky < w.kernelH(); ky++) {
                for (int kx = 0; kx < w.kernelW(); kx++) {
                    int at = (((c / 16 * groups + ky / 4) * w.kernelW() + kx) * 16 + c % 16) * 4 + ky % 4;
                    sum += ((int) tap(x, w, n, c, oy, ox, ky, kx))
                            * weight(k.weights()).get(at);
                }
            }
            requantize(k.requantize(), y, n, c, oy, ox, sum, weight(k.scales()).getFloat(c * 4), k.residual());
        });
    }

    private void requantize(
            Kernel.Requantize q, Buffer y, int n, int c, int oy, int ox, int acc, float scale, OptionalInt residual) {
        float value = ExprEvaluator.round((float) acc * scale, q.zeroPoint(), q.lo(), q.hi());
        if (residual.isPresent()) {
            float ours = (value - q.zeroPoint()) * q.addScale();
            float theirs = (residual(residual, n, c, oy, ox) - q.residualZeroPoint()) * q.residualScale();
            value = ExprEvaluator.round(ours + theirs, q.addZeroPoint(), q.addLo(), q.addHi());
        }
        store(y, at(y, n, c, oy, ox), value);
    }

    private void pool(Kernel.Pool k) {
        Buffer x = program.buffer(k.x());
        Buffer y = program.buffer(k.y());
        Kernel.Window w = k.window();
        pixels(y, (n, c, oy, ox) -> {
            double sum = 0;
            double max = Double.NEGATIVE_INFINITY;
            int inside = 0;
            int padded = 0;
            for (int ky = 0; ky < w.kernelH(); ky++) {
                for (int kx = 0; kx < w.kernelW(); kx++) {
                    int iy = oy * w.strideH() + ky * w.dilationH() - w.padTop();
                    int ix = ox * w.strideW() + kx * w.dilationW() - w.padLeft();
                    padded += iy < x.h() + k.padBottom() && ix < x.w() + k.padRight() ? 1 : 0;
                    if (iy >= 0 && iy < x.h() && ix >= 0 && ix < x.w()) {
                        float v = load(x, at(x, n, c, iy, ix));
                        sum += v;
                        max = Math.max(max, v);
                        inside++;
                    }
                }
            }
            int count = k.countIncludePad() ? padded : inside;
            double result = k.kind() == Kernel.Pool.Kind.MAX
                    ? max
                    : x.dtype() == DType.FLOAT32
                            ? sum / count
                            : ExprEvaluator.round(
                                    (float) ((int) sum - inside * k.zeroPointX()) * (k.scale() / count),
                                    k.zeroPointY(),
                                    k.lo(),
                                    k.hi());
            store(y, at(y, n, c, oy, ox), result);
        });
    }

    private void map(Kernel.Map k) {
        Buffer y = program.buffer(k.output().buffer());
        walk(k.extents(), at -> {
            float[] values = new float[k.inputs().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = load(k.inputs().get(i), index(k.inputs().get(i), at));
            }
            store(y, index(k.output(), at), ExprEvaluator.evaluate(k.expr(), values));
        });
    }

    private void copy(Kernel.Copy k) {
        walk(k.extents(), at -> {
            ByteBuffer from = k.input().weight()
                    ? weight(k.input().buffer())
                    : memory.get(k.input().buffer());
            for (int i = 0; i < k.elementBytes(); i++) {
                memory.get(k.output().buffer()).put(index(k.output(), at) * k.elementBytes() + i, (byte)
                        (from.get(index(k.input(), at) * k.elementBytes() + i) ^ k.xor()));
            }
        });
    }

    private void softmax(Kernel.Softmax k) {
        Buffer x = program.buffer(k.x());
        Buffer y = program.buffer(k.y());
        for (int o = 0; o < k.outer(); o++) {
            for (int i = 0; i < k.inner(); i++) {
                int first = o * k.length() * k.inner() + i;
                double max = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < k.length(); j++) {
                    max = Math.max(max, load(x, first + j * k.inner()));
                }
                double sum = 0;
                for (int j = 0; j < k.length(); j++) {
                    sum += Math.exp(load(x, first + j * k.inner()) - max);
                }
                for (int j = 0; j < k.length(); j++) {
                    double shifted = load(x, first + j * k.inner()) - max;
                    store(y, first + j * k.inner(), k.log() ? shifted - Math.log(sum) : Math.exp(shifted) / sum);
                }
            }
        }
    }

    private void matMul(Kernel.MatMul p) {
        walk(List.of(p.batch(), p.m(), p.n()), at -> {
            double sum = 0;
            for (int k = 0; k < p.k(); k++) {
                sum += (double) load(p.a(), index(p.a(), new int[] {at[0], at[1], k}))
                        * load(p.b(), index(p.b(), new int[] {at[0], k, at[2]}));
            }
            store(program.buffer(p.y().buffer()), index(p.y(), at), sum * p.alpha());
        });
    }

    private void gemm(Kernel.Gemm g) {
        int words = (g.k() + 3) / 4;
        walk(List.of(g.m(), g.n()), at -> {
            int column = at[1];
            double sum = 0;
            for (int k = 0; k < g.k(); k++) {
                int from = g.a().offset() + at[0] * g.a().strides().get(0) + k;
                sum += g.integers().isPresent()
                        ? (double) load(g.a(), from)
                                * weight(g.weights())
                                        .get(((column / 16 * words + k / 4) * 16 + column % 16) * 4 + k % 4)
                        : (double) load(g.a(), from)
                                * weight(g.weights()).getFloat(((column / 16 * g.k() + k) * 16 + column % 16) * 4);
            }
            if (g.integers().isPresent()) {
                Kernel.Gemm.Integers i = g.integers().get();
                sum += i.bias().isPresent() ? weight(i.bias().getAsInt()).getInt(column * 4) : 0;
                sum -= i.zeroPoint().isPresent()
                        ? load(program.buffer(i.zeroPoint().getAsInt()), 0)
                                * weight(i.sums().getAsInt()).getInt(column * 4)
                        : 0;
            }
            Buffer y = program.buffer(g.y().buffer());
            float[] values = new float[1 + g.operands().size()];
            values[0] = (float) sum;
            for (int i = 1; i < values.length; i++) {
                Kernel.Strided operand = g.operands().get(i - 1);
                values[i] = load(operand, index(operand, at));
            }
            store(y, index(g.y(), at), y.dtype() == DType.INT32 ? sum : ExprEvaluator.evaluate(g.epilogue(), values));
        });
    }

    private void layerNorm(Kernel.LayerNorm k) {
        walk(List.of(k.rows()), at -> {
            double[] row = IntStream.range(0, k.length())
                    .mapToDouble(i ->
                            load(k.x(), k.x().offset() + at[0] * k.x().strides().get(0) + i))
                    .toArray();
            double mean = java.util.Arrays.stream(row).average().orElseThrow();
            double variance = java.util.Arrays.stream(row)
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow();
            for (int i = 0; i < row.length; i++) {
                int column = i;
                double scale = k.scale().map(s -> load(s, s.offset() + column)).orElse(1f);
                double bias = k.bias().map(b -> load(b, b.offset() + column)).orElse(0f);
                store(
                        program.buffer(k.y().buffer()),
                        k.y().offset() + at[0] * k.y().strides().get(0) + i,
                        (row[i] - mean) / Math.sqrt(variance + k.epsilon()) * scale + bias);
            }
        });
    }

    private void reduce(Kernel.Reduce k) {
        int count = k.reduced().stream().reduce(1, (a, b) -> a * b);
        walk(k.extents(), at -> {
            double[] acc = {
                switch (k.kind()) {
                    case SUM, MEAN, SUM_SQUARE -> 0;
                    case PROD -> 1;
                    case MAX -> Double.NEGATIVE_INFINITY;
                    case MIN -> Double.POSITIVE_INFINITY;
                }
            };
            walk(k.reduced(), in -> {
                double v = load(k.input(), index(k.input(), at) + dot(k.reducedStrides(), in));
                acc[0] = switch (k.kind()) {
                    case SUM, MEAN -> acc[0] + v;
                    case SUM_SQUARE -> acc[0] + v * v;
                    case PROD -> acc[0] * v;
                    case MAX -> Math.max(acc[0], v);
                    case MIN -> Math.min(acc[0], v);
                };
            });
            store(
                    program.buffer(k.output().buffer()),
                    index(k.output(), at),
                    k.kind() == Kernel.Reduce.Kind.MEAN ? acc[0] / count : acc[0]);
        });
    }
}
