package io.selvedge.compiler.emit.c;

import io.selvedge.compiler.ir.DType;
import io.selvedge.compiler.ir.Tensor;
import io.selvedge.compiler.ir.TensorType;
import io.selvedge.compiler.op.Conv;
import io.selvedge.compiler.op.Pool;
import io.selvedge.compiler.op.Resize;
import io.selvedge.compiler.op.ResizeRule;
import java.util.List;

/** Resizing: planes and channels-last pixels, every mode, growing and shrinking, one to three axes. */
final class ResizeCases {
    private final OperatorCases cases = new OperatorCases("resizes");

    static OperatorCases all() {
        ResizeCases resizes = new ResizeCases();
        resizes.planes(resizes.cases.floats(-1, 1, 2, 3, 5, 7));
        for (int channels : new int[] {2, 8, 16, 17}) {
            resizes.pixels(resizes.cases.floats(-1, 1, 2, channels, 5, 7));
        }
        resizes.bordered();
        resizes.ranks();
        return resizes.cases;
    }

    private static ResizeRule rule(Resize.Mode mode, boolean antialias, boolean excludeOutside) {
        return new ResizeRule(
                mode,
                Resize.Coordinates.HALF_PIXEL,
                Resize.Nearest.ROUND_PREFER_CEIL,
                -0.5f,
                antialias,
                excludeOutside,
                0);
    }

    private void planes(String x) {
        String scales = cases.constant(Tensor.floats(new float[] {1, 1, 1.3f, 0.6f}, 4));
        for (Resize.Mode mode : Resize.Mode.values()) {
            resize(rule(mode, false, false), x, "", scales);
        }
        resize(rule(Resize.Mode.CUBIC, true, true), x, "", scales);
        crop(Resize.Mode.NEAREST, x);
    }

    private void pixels(String planes) {
        Pool pool =
                new Pool(Pool.Kind.MAX, List.of(1, 1), List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), false, false);
        String x = cases.value(pool, planes);
        resize(
                rule(Resize.Mode.LINEAR, false, false),
                x,
                "",
                cases.constant(Tensor.floats(new float[] {1, 1, 2, 2}, 4)));
        for (float[] scales : new float[][] {{1, 1, 0.4f, 1.7f}, {1, 1, 2, 3}}) {
            resize(rule(Resize.Mode.NEAREST, false, false), x, "", cases.constant(Tensor.floats(scales, 4)));
        }
        resize(
                rule(Resize.Mode.LINEAR, true, false),
                x,
                "",
                cases.constant(Tensor.floats(new float[] {1, 1, 1, 0.3f}, 4)));
        crop(Resize.Mode.LINEAR, x);
    }

    /** Between two convolutions, which want borders around what is read and what is written. */
    private void bordered() {
        Conv conv = new Conv(List.of(1, 1), List.of(1, 1, 1, 1), List.of(1, 1), 1);
        String before = cases.value(conv, cases.floats(-1, 1, 2, 1, 5, 6), weights(17, 1));
        String after = weights(1, 17);
        cases.out(conv, before, after);
        for (float[] scales : new float[][] {{1, 1, 2, 2}, {1, 1, 0.7f, 1}}) {
            Resize op = new Resize(rule(Resize.Mode.LINEAR, false, false), Resize.Aspect.STRETCH, List.of());
            cases.out(conv, cases.value(op, before, "", cases.constant(Tensor.floats(scales, 4))), after);
        }
        Resize nearest = new Resize(rule(Resize.Mode.NEAREST, false, false), Resize.Aspect.STRETCH, List.of());
        String wider = cases.constant(Tensor.floats(new float[] {1, 1, 1, 1.5f}, 4));
        cases.out(conv, cases.value(nearest, before, "", wider), after);
    }

    private String weights(int outputs, int inputs) {
        return cases.constant(
                Tensor.filled(TensorType.of(DType.FLOAT32, outputs, inputs, 3, 3), i -> Math.sin(i) / inputs));
    }

    private void crop(Resize.Mode mode, String x) {
        String roi = cases.constant(Tensor.floats(new float[] {0, 0, -0.2f, 0.1f, 1, 1, 0.9f, 1.4f}, 8));
        String sizes = cases.constant(Tensor.longs(new long[] {2, channels(x), 6, 5}, 4));
        ResizeRule crop = new ResizeRule(
                mode, Resize.Coordinates.TF_CROP_AND_RESIZE, Resize.Nearest.FLOOR, -0.75f, false, false, 7.5f);
        resize(crop, x, roi, "", sizes);
    }

    private int channels(String x) {
        return cases.type(x).shape().extent(1);
    }

    private void ranks() {
        String line = cases.floats(-1, 1, 3, 9);
        resize(
                rule(Resize.Mode.CUBIC, false, false),
                line,
                "",
                cases.constant(Tensor.floats(new float[] {1, 2.1f}, 2)));
        String volume = cases.floats(-1, 1, 1, 2, 3, 4, 5);
        String twice = cases.constant(Tensor.floats(new float[] {1, 1, 2, 1.5f, 0.8f}, 5));
        resize(rule(Resize.Mode.LINEAR, false, false), volume, "", twice);
        resize(rule(Resize.Mode.NEAREST, false, false), volume, "", twice);
        for (DType dtype : List.of(DType.UINT8, DType.INT8, DType.INT64, DType.BOOL)) {
            resize(rule(Resize.Mode.NEAREST, false, false), cases.input(dtype, 1, 2, 3, 4, 5), "", twice);
        }
    }

    private void resize(ResizeRule rule, String... inputs) {
        cases.out(new Resize(rule, Resize.Aspect.STRETCH, List.of()), inputs);
    }
}
