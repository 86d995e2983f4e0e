package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.program.Expr;
import io.selvedge.compiler.program.Kernel;
import io.selvedge.compiler.program.Layout;
import io.selvedge.compiler.program.WeightPacking;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Convolutions of many sizes on every target that this CPU runs, against the scalar machine. */
final class ConvolutionTest {
    private static final Expr RELU = new Expr.Binary(Expr.BinaryOp.MAX, new Expr.Input(0), new Expr.Const(0));
    private static final Expr ADD_RELU = new Expr.Binary(
            Expr.BinaryOp.MAX,
            new Expr.Binary(Expr.BinaryOp.ADD, new Expr.Input(0), new Expr.Input(1)),
            new Expr.Const(0));

    @TempDir
    Path folder;

    /** One convolution: shape of x, channels of y, kernel, stride, dilation, pads before and behind. */
    private record Case(
            int n, int c, int h, int w, int oc, int kh, int kw, int stride, int dilation, int pad, boolean residual) {
        int oh() {
            return (h + 2 * pad - (kh - 1) * dilation - 1) / stride + 1;
        }

        int ow() {
            return (w + 2 * pad - (kw - 1) * dilation - 1) / stride + 1;
        }

        int tiles() {
            return Math.ceilDiv(oh(), 4) * Math.ceilDiv(ow(), 4);
        }

        Kernel.Window window() {
            return new Kernel.Window(kh, kw, stride, stride, dilation, dilation, pad, pad);
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        int[] channels = {1, 3, 15, 16, 17, 31, 33};
        for (int i = 0; i < channels.length; i++) {
            cases.add(new Case(1, channels[i], 5, 6 + i, channels[6 - i], 3, 3, 1, 1, 1, i % 2 == 0));
            cases.add(new Case(1 + i % 2, channels[i], 4, 5, channels[6 - i], 1, 1, 1, 1, 0, i % 3 == 0));
        }
        for (int w = 1; w <= 20; w++) {
            cases.add(new Case(1, 4, 3, w, 16, 3, 3, 1, 1, 1, w % 2 == 0));
        }
        cases.add(new Case(1, 16, 8, 8, 32, 3, 3, 2, 1, 1, false));
        cases.add(new Case(2, 8, 9, 7, 20, 3, 3, 2, 1, 1, true));
        cases.add(new Case(1, 16, 9, 9, 16, 3, 3, 1, 2, 2, false));
        cases.add(new Case(1, 5, 9, 9, 16, 3, 3, 1, 2, 2, true));
        cases.add(new Case(1, 32, 8, 8, 64, 1, 1, 2, 1, 0, false));
        cases.add(new Case(7, 30, 1, 1, 50, 1, 1, 1, 1, 0, false));
        cases.add(new Case(1, 1, 12, 6, 64, 10, 4, 2, 1, 0, false));
        cases.add(new Case(1, 64, 16, 16, 64, 3, 3, 1, 1, 1, true));
        cases.add(new Case(1, 16, 3, 9, 16, 7, 3, 1, 1, 3, false));
        cases.add(new Case(1, 16, 4, 9, 16, 5, 5, 1, 2, 4, false));
        return cases;
    }

    @Test
    void f32_convolutions_agree_with_their_definition() throws IOException {
        // 576 products near 1, summed in f32: half an ulp of their largest partial sum each.
        Comparison.onAllTargets(dense(DType.FLOAT32), 2e-5, folder);
    }

    @Test
    void winograd_convolutions_agree_with_the_definition_of_a_convolution() throws IOException {
        // The transforms multiply by up to 8 what sums of 576 products have rounded: 2e-4 of a sum that ends near 1.
        Comparison.onAllTargets(winograd(), 2e-4, folder);
    }

    @Test
    void eight_bit_convolutions_give_the_same_bytes_everywhere() throws IOException {
        Comparison.onAllTargets(dense(DType.UINT8), 0, folder);
    }

    @Test
    void f32_depthwise_convolutions_agree_with_their_definition() throws IOException {
        Comparison.onAllTargets(depthwise(DType.FLOAT32), 1e-5, folder);
    }

    @Test
    void eight_bit_depthwise_convolutions_give_the_same_bytes_everywhere() throws IOException {
        Comparison.onAllTargets(depthwise(DType.UINT8), 0, folder);
    }

    /** Convolutions of every case, each from an input to an output. */
    static Assembly dense(DType dtype) {
        return dtype == DType.UINT8 ? denseU8(2, cases(), 0) : denseF32(1, cases(), 0);
    }

    /** 1x1 convolutions of which 49 in 50 weights are zero. */
    static Assembly sparse(DType dtype) {
        return dtype == DType.UINT8 ? denseU8(6, sparseCases(), 0.98) : denseF32(7, sparseCases(), 0.98);
    }

    private static List<Case> sparseCases() {
        return List.of(
                new Case(1, 512, 4, 9, 128, 1, 1, 1, 1, 0, false),
                new Case(1, 515, 3, 7, 131, 1, 1, 1, 1, 0, true),
                new Case(2, 600, 13, 11, 128, 1, 1, 2, 1, 0, true),
                new Case(70, 512, 1, 1, 140, 1, 1, 1, 1, 0, true));
    }

    /** The same, depthwise. */
    static Assembly depthwise(DType dtype) {
        return dtype == DType.UINT8 ? depthwiseU8() : depthwiseF32();
    }

    /** A few of them, which are compiled sooner. */
    static Assembly few(DType dtype) {
        List<Case> cases = List.of(
                new Case(1, 33, 5, 12, 16, 3, 3, 1, 1, 1, true),
                new Case(1, 32, 9, 11, 48, 3, 3, 1, 1, 1, false),
                new Case(2, 8, 9, 7, 20, 3, 3, 2, 1, 1, true),
                new Case(1, 16, 6, 5, 64, 1, 1, 1, 1, 0, false));
        return dtype == DType.UINT8 ? denseU8(2, cases, 0) : denseF32(1, cases, 0);
    }

    private static Assembly denseF32(long seed, List<Case> cases, double zeros) {
        Assembly a = new Assembly(seed);
        for (Case c : cases) {
            int x = padded(a, c, DType.FLOAT32, 0, pitch(c.c()));
            OptionalInt r = c.residual() ? OptionalInt.of(result(a, c, c.oc(), DType.FLOAT32)) : OptionalInt.empty();
            if (r.isPresent()) {
                a.copy(a.input(DType.FLOAT32, c.n(), c.oc(), c.oh(), c.ow()), r.getAsInt());
            }
            int y = result(a, c, c.oc(), DType.FLOAT32);
            int run = c.kw() == 1 || c.dilation() > 1 ? c.c() : pitch(c.c());
            float[] weights = a.floats(c.oc() * c.c() * c.kh() * c.kw());
            Random random = new Random(seed);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = random.nextDouble() < zeros ? 0 : weights[i];
            }
            int w = a.weight(WeightPacking.conv(weights, c.oc(), c.c(), c.kh(), c.kw(), run));
            int b = a.weight(WeightPacking.vector(a.floats(c.oc())));
            a.step(new Kernel.Conv(x, y, r, w, b, c.window(), c.residual() ? ADD_RELU : RELU));
            a.copy(y, a.output(DType.FLOAT32, c.n(), c.oc(), c.oh(), c.ow()));
        }
        return a;
    }

    /** 3x3 convolutions by Winograd's algorithm: tiles that fit and that overlap, blocks that fit and that overlap. */
    static Assembly winograd() {
        Assembly a = new Assembly(5);
        List<Case> cases = List.of(
                new Case(1, 16, 4, 4, 16, 3, 3, 1, 1, 1, false),
                new Case(2, 32, 8, 12, 16, 3, 3, 1, 1, 1, true),
                new Case(1, 16, 5, 7, 33, 3, 3, 1, 1, 1, false),
                new Case(1, 17, 9, 6, 48, 3, 3, 1, 1, 1, true),
                new Case(1, 64, 11, 13, 64, 3, 3, 1, 1, 1, false),
                new Case(1, 16, 10, 10, 16, 3, 3, 1, 1, 0, false),
                new Case(2, 17, 9, 8, 33, 3, 3, 2, 1, 1, true),
                new Case(1, 32, 13, 20, 16, 3, 3, 2, 1, 0, false));
        for (Case c : cases) {
            for (int block : new int[] {1, 3, c.tiles()}) {
                winograd(a, c, Math.min(block, c.tiles()));
            }
        }
        return a;
    }

    private static void winograd(Assembly a, Case c, int block) {
        int pitch = WeightPacking.roundUp(c.c());
        int outputs = WeightPacking.roundUp(c.oc());
        int x = padded(a, c, DType.FLOAT32, 0, pitch);
        OptionalInt r = c.residual() ? OptionalInt.of(result(a, c, c.oc(), DType.FLOAT32)) : OptionalInt.empty();
        if (r.isPresent()) {
            a.copy(a.input(DType.FLOAT32, c.n(), c.oc(), c.oh(), c.ow()), r.getAsInt());
        }
        int y = result(a, c, c.oc(), DType.FLOAT32);
        int w = a.weight(WeightPacking.conv(a.floats(c.oc() * c.c() * 9), c.oc(), c.c(), 3, 3, pitch));
        int b = a.weight(WeightPacking.vector(a.floats(c.oc())));
        int scratch = a.dense(DType.FLOAT32, Kernel.Winograd.products(c.stride()), block, pitch + outputs);
        Kernel.Conv conv = new Kernel.Conv(x, y, r, w, b, c.window(), c.residual() ? ADD_RELU : RELU);
        a.step(new Kernel.Winograd(conv, block, scratch, c.c(), outputs));
        a.copy(y, a.output(DType.FLOAT32, c.n(), c.oc(), c.oh(), c.ow()));
    }

    private static Assembly denseU8(long seed, List<Case> cases, double zeros) {
        Assembly a = new Assembly(seed);
        for (Case c : cases) {
            // A border of zeros is left out, another one is not.
            int zero = c.w() % 3 == 0 ? 0 : 17 + c.w();
            int x = padded(a, c, DType.UINT8, zero, pitch(c.c()));
            OptionalInt r = c.residual() ? OptionalInt.of(result(a, c, c.oc(), DType.UINT8)) : OptionalInt.empty();
            if (r.isPresent()) {
                a.copy(a.input(DType.UINT8, c.n(), c.oc(), c.oh(), c.ow()), r.getAsInt());
            }
            int y = result(a, c, c.oc(), DType.UINT8);
            boolean tapRuns = c.dilation() > 1 && c.kw() > 1;
            int run = c.kw() == 1 || tapRuns ? c.c() : pitch(c.c());
            int k = c.c() * c.kh() * c.kw();
            byte[] weights = a.bytes(c.oc() * k);
            Random random = new Random(seed);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = random.nextDouble() < zeros ? 0 : weights[i];
            }
            int w = a.weight(WeightPacking.qconv(weights, c.oc(), c.c(), c.kh(), c.kw(), run, tapRuns));
            a.step(new Kernel.QConv(x, y, r, w, biases(a, c.oc(), k), scales(a, c.oc(), k), c.window(), requantize(c)));
            a.copy(y, a.output(DType.UINT8, c.n(), c.oc(), c.oh(), c.ow()));
        }
        return a;
    }

    private static List<Case> depthwiseCases() {
        List<Case> cases = new ArrayList<>();
        for (int c : new int[] {1, 3, 15, 16, 17, 31, 33, 64}) {
            cases.add(new Case(1, c, 5, 7, c, 3, 3, 1, 1, 1, c % 2 == 0));
            cases.add(new Case(2, c, 6, 9, c, 3, 3, 2, 1, 1, c == 17));
        }
        for (int w = 1; w <= 20; w++) {
            cases.add(new Case(1, 16, 3, w, 16, 3, 3, 1 + w % 2, 1, 1, false));
        }
        // Two vectors, of which 8 bits take two pixels at once.
        for (int w : new int[] {1, 2, 3, 6}) {
            cases.add(new Case(1 + w % 2, 32 - w, 3 + w % 3, w, 32 - w, 3, 3, 1, 1, 1, false));
        }
        cases.add(new Case(1, 32, 5, 7, 32, 2, 5, 1, 1, 2, false));
        cases.add(new Case(1, 32, 5, 4, 32, 4, 4, 1, 1, 1, false));
        cases.add(new Case(1, 20, 9, 11, 20, 5, 5, 1, 1, 2, false));
        cases.add(new Case(1, 20, 9, 11, 20, 3, 3, 1, 2, 2, true));
        cases.add(new Case(1, 16, 9, 3, 16, 8, 1, 1, 1, 0, false));
        cases.add(new Case(1, 16, 8, 9, 16, 5, 5, 2, 1, 2, false));
        cases.add(new Case(2, 16, 9, 9, 16, 7, 7, 1, 1, 3, true));
        return cases;
    }

    private static Assembly depthwiseF32() {
        Assembly a = new Assembly(3);
        for (Case c : depthwiseCases()) {
            int x = padded(a, c, DType.FLOAT32, 0, WeightPacking.roundUp(c.c()));
            OptionalInt r = c.residual() ? OptionalInt.of(result(a, c, c.c(), DType.FLOAT32)) : OptionalInt.empty();
            if (r.isPresent()) {
                a.copy(a.input(DType.FLOAT32, c.n(), c.c(), c.oh(), c.ow()), r.getAsInt());
            }
            int y = result(a, c, c.c(), DType.FLOAT32);
            int taps = c.kh() * c.kw();
            int w = a.weight(WeightPacking.depthwise(a.floats(c.c() * taps), c.c(), taps));
            int b = a.weight(WeightPacking.vector(a.floats(c.c())));
            a.step(new Kernel.DepthwiseConv(x, y, r, w, b, c.window(), c.residual() ? ADD_RELU : RELU));
            a.copy(y, a.output(DType.FLOAT32, c.n(), c.c(), c.oh(), c.ow()));
        }
        return a;
    }

    private static Assembly depthwiseU8() {
        Assembly a = new Assembly(4);
        for (Case c : depthwiseCases()) {
            int x = padded(a, c, DType.UINT8, 100, WeightPacking.roundUp(c.c()));
            OptionalInt r = c.residual() ? OptionalInt.of(result(a, c, c.c(), DType.UINT8)) : OptionalInt.empty();
            if (r.isPresent()) {
                a.copy(a.input(DType.UINT8, c.n(), c.c(), c.oh(), c.ow()), r.getAsInt());
            }
            int y = result(a, c, c.c(), DType.UINT8);
            int taps = c.kh() * c.kw();
            int w = a.weight(WeightPacking.qdepthwise(a.bytes(c.c() * taps), c.c(), c.kh(), c.kw()));
            a.step(new Kernel.QDepthwiseConv(
                    x, y, r, w, biases(a, c.c(), taps), scales(a, c.c(), taps), c.window(), requantize(c)));
            a.copy(y, a.output(DType.UINT8, c.n(), c.c(), c.oh(), c.ow()));
        }
        return a;
    }

    private static int biases(Assembly a, int channels, int k) {
        int[] bias = a.random.ints(channels, -1000 * k, 1000 * k).toArray();
        return a.weight(WeightPacking.vector(bias));
    }

    private static int scales(Assembly a, int channels, int k) {
        float[] scale = new float[channels];
        for (int i = 0; i < channels; i++) {
            scale[i] = (a.random.nextFloat() + 0.5f) / (60 * (float) Math.sqrt(k));
        }
        return a.weight(WeightPacking.vector(scale));
    }

    private static Kernel.Requantize requantize(Case c) {
        return c.residual()
                ? new Kernel.Requantize(120, 3, 250, 0.7f, 99, 0.43f, 111, 111, 255)
                : Kernel.Requantize.of(c.w() % 2 == 0 ? 0 : 101, 0, 255);
    }

    /** Channel pitch of inputs: whole vectors unless there are few channels. */
    private static int pitch(int channels) {
        return channels < 8 ? channels : WeightPacking.roundUp(channels);
    }

    /** x as an input, copied into a buffer with the border that the convolution needs. */
    private static int padded(Assembly a, Case c, DType dtype, int padValue, int pitch) {
        int bottom = Math.max(0, (c.oh() - 1) * c.stride() + (c.kh() - 1) * c.dilation() + 1 - c.pad() - c.h());
        int right = Math.max(0, (c.ow() - 1) * c.stride() + (c.kw() - 1) * c.dilation() + 1 - c.pad() - c.w());
        int x = a.channelsLast(
                dtype,
                new Layout.ChannelsLast(pitch, c.pad(), c.pad(), bottom, right),
                padValue,
                dtype == DType.UINT8 ? 4 : 0,
                c.n(),
                c.c(),
                c.h(),
                c.w());
        a.copy(a.input(dtype, c.n(), c.c(), c.h(), c.w()), x);
        return x;
    }

    private static int result(Assembly a, Case c, int channels, DType dtype) {
        return a.channelsLast(
                dtype,
                new Layout.ChannelsLast(WeightPacking.roundUp(channels), c.pad(), c.pad(), c.pad(), c.pad()),
                dtype == DType.UINT8 ? 7 : 0,
                0,
                c.n(),
                channels,
                c.oh(),
                c.ow());
    }
}
