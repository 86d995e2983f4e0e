package io.selvedge.jvm.kernel;

import io.selvedge.jvm.program.Buffer;
import io.selvedge.jvm.program.Element;
import io.selvedge.jvm.program.Kernel;
import io.selvedge.jvm.program.Program;
import java.util.Arrays;

/** Max and average pooling; windows are clipped to the image. */
final class PoolStep implements Step {
    private final Kernel.Pool pool;
    private final Kernel.Window w;
    private final Buffer x;
    private final Buffer y;
    private final int channels;

    PoolStep(Program program, Kernel.Pool pool) {
        this.pool = pool;
        w = pool.window();
        x = program.buffer(pool.x());
        y = program.buffer(pool.y());
        channels = Math.min(x.pixelPitch(), (y.c() + Tiles.BLOCK - 1) / Tiles.BLOCK * Tiles.BLOCK);
    }

    @Override
    public int run(Memory memory) {
        float[] sums = memory.scratch().floats(1, channels);
        int[] whole = memory.scratch().ints(channels);
        boolean bytes = x.element() != Element.FLOAT32;
        for (int image = 0; image < y.n(); image++) {
            int from = x.base() + x.origin() + image * x.imagePitch();
            for (int row = 0; row < y.h(); row++) {
                for (int col = 0; col < y.w(); col++) {
                    int to = y.base() + y.origin() + image * y.imagePitch() + row * y.rowPitch() + col * y.pixelPitch();
                    int top = row * w.strideH() - w.padTop();
                    int left = col * w.strideW() - w.padLeft();
                    if (bytes) {
                        pixel(memory.bytes(pool.x()), from, memory.bytes(pool.y()), to, top, left, whole);
                    } else {
                        pixel(memory.floats(pool.x()), from, memory.floats(pool.y()), to, top, left, sums);
                    }
                }
            }
        }
        return 0;
    }

    private void pixel(float[] in, int from, float[] out, int to, int top, int left, float[] sums) {
        Arrays.fill(sums, 0, channels, pool.maximum() ? Float.NEGATIVE_INFINITY : 0);
        for (int i = 0; i < w.kernelH(); i++) {
            int r = top + i * w.dilationH();
            for (int j = 0; j < w.kernelW() && r >= 0 && r < x.h(); j++) {
                int c = left + j * w.dilationW();
                if (c >= 0 && c < x.w()) {
                    fold(pool.maximum(), in, from + r * x.rowPitch() + c * x.pixelPitch(), sums, channels);
                }
            }
        }
        float count = pool.maximum() ? 1 : count(top, left);
        for (int c = 0; c < channels; c++) {
            out[to + c] = sums[c] / count;
        }
    }

    private static void fold(boolean maximum, float[] in, int at, float[] sums, int channels) {
        if (maximum) {
            for (int c = 0; c < channels; c++) {
                sums[c] = Math.max(in[at + c], sums[c]);
            }
        } else {
            for (int c = 0; c < channels; c++) {
                sums[c] += in[at + c];
            }
        }
    }

    private void pixel(byte[] in, int from, byte[] out, int to, int top, int left, int[] sums) {
        Arrays.fill(sums, 0, channels, 0);
        int inside = 0;
        for (int i = 0; i < w.kernelH(); i++) {
            int r = top + i * w.dilationH();
            for (int j = 0; j < w.kernelW() && r >= 0 && r < x.h(); j++) {
                int c = left + j * w.dilationW();
                if (c >= 0 && c < x.w()) {
                    inside++;
                    fold(pool.maximum(), in, from + r * x.rowPitch() + c * x.pixelPitch(), sums, channels);
                }
            }
        }
        if (pool.maximum()) {
            for (int c = 0; c < channels; c++) {
                out[to + c] = (byte) sums[c];
            }
            return;
        }
        float factor = pool.scale() / count(top, left);
        float low = pool.low() - pool.yZero();
        float high = pool.high() - pool.yZero();
        for (int c = 0; c < channels; c++) {
            float steps = (sums[c] - inside * pool.xZero()) * factor;
            out[to + c] = (byte) ((int) FormulaLoops.rounded(steps, low, high) + pool.yZero());
        }
    }

    private static void fold(boolean maximum, byte[] in, int at, int[] sums, int channels) {
        for (int c = 0; c < channels; c++) {
            int value = in[at + c] & 0xff;
            sums[c] = maximum ? Math.max(value, sums[c]) : sums[c] + value;
        }
    }

    /** Elements of the window that count in the divisor of an average. */
    private int count(int top, int left) {
        int height = x.h() + (pool.countPads() ? pool.padBottom() : 0);
        int width = x.w() + (pool.countPads() ? pool.padRight() : 0);
        return inside(top, w.kernelH(), w.dilationH(), height) * inside(left, w.kernelW(), w.dilationW(), width);
    }

    private int inside(int first, int taps, int dilation, int extent) {
        int count = 0;
        for (int i = 0; i < taps; i++) {
            int at = first + i * dilation;
            count += at < extent && (pool.countPads() || at >= 0) ? 1 : 0;
        }
        return count;
    }
}
