package io.selvedge.jvm.routine;

import io.selvedge.jvm.kernel.Functions;
import io.selvedge.jvm.program.Element;
import java.util.Arrays;

/** Recurrent cells over time; recurrent.h. Matrices come packed: {@code [rows / 16][k][16]}. */
final class Recurrence {
    private static final int BLOCK = 16;
    private static final int GRU = 1;
    private static final int LSTM = 2;

    private final Call call;
    private final int kind;
    private final int features;
    private final int hidden;
    private final int units;
    private final int rows;
    private final float[] in;
    private final float[] re;
    private final float[] h;
    private final float[] c;

    private Recurrence(Call call) {
        this.call = call;
        kind = call.size(0);
        features = call.size(3);
        hidden = call.size(4);
        units = (hidden + BLOCK - 1) / BLOCK * BLOCK;
        rows = units * (kind == LSTM ? 4 : kind == GRU ? 3 : 1);
        in = new float[rows];
        re = new float[rows];
        h = new float[units];
        c = new float[units];
    }

    static int pack(Call call) {
        float[] w = call.floats(0);
        float[] packed = call.floats(1);
        int rows = call.size(1);
        int k = call.size(2);
        int blocks = (rows + BLOCK - 1) / BLOCK;
        for (int at = 0; at < call.size(0) * blocks * k * BLOCK; at++) {
            int row = at / BLOCK / k % blocks * BLOCK + at % BLOCK;
            int group = at / BLOCK / k / blocks;
            packed[call.at(1) + at] = row < rows ? w[call.at(0) + (group * rows + row) * k + at / BLOCK % k] : 0;
        }
        return 0;
    }

    static int cells(Call call) {
        return new Recurrence(call).run();
    }

    private int run() {
        int time = call.size(1);
        Region lengths = call.region(4, Element.INT32);
        Region h0 = call.region(5, Element.FLOAT32);
        Region c0 = call.region(6, Element.FLOAT32);
        float[] y = call.floats(8);
        int first = call.at(8);
        int state = call.size(13);
        for (int n = 0; n < call.size(2); n++) {
            Arrays.fill(h, 0);
            Arrays.fill(c, 0);
            for (int u = 0; u < hidden; u++) {
                h[u] = (float) h0.real(n * state + u);
                c[u] = (float) c0.real(n * state + u);
            }
            long length = Math.max(0, Math.min(time, lengths.whole(n)));
            for (int s = 0; s < time; s++) {
                int t = (int) (call.flag(5) && s < length ? length - 1 - s : s);
                int to = first + call.size(8) + t * call.size(9) + n * call.size(10);
                if (s < length) {
                    step(call.at(0) + t * call.size(6) + n * call.size(7));
                    System.arraycopy(h, 0, y, to, hidden);
                } else {
                    Arrays.fill(y, to, to + hidden, 0);
                }
            }
            System.arraycopy(h, 0, y, first + call.size(11) + n * state, hidden);
            if (kind == LSTM) {
                System.arraycopy(c, 0, y, first + call.size(12) + n * state, hidden);
            }
        }
        return 0;
    }

    /** {@code out[i] = start[i] + sum of w[i][k] * x[k]} for rows {@code from} to {@code end}. */
    private static void product(
            float[] start, int startAt, float[] w, int wAt, float[] x, int xAt, int k, float[] out, int from, int end) {
        for (int block = from; block < end; block += BLOCK) {
            System.arraycopy(start, startAt + block, out, block, BLOCK);
            int at = wAt + block * k;
            for (int i = 0; i < k; i++, at += BLOCK) {
                float value = x[xAt + i];
                for (int row = 0; row < BLOCK; row++) {
                    out[block + row] = Functions.multiplyAdd(value, w[at + row], out[block + row]);
                }
            }
        }
    }

    private void step(int xAt) {
        float[] bias = call.floats(3);
        int second = call.at(3) + rows;
        float[] r = call.floats(2);
        product(bias, call.at(3), call.floats(1), call.at(1), call.floats(0), xAt, features, in, 0, rows);
        if (kind == GRU) {
            gru(bias, second, r);
            return;
        }
        product(in, 0, r, call.at(2), h, 0, hidden, in, 0, rows);
        if (kind == LSTM) {
            lstm(bias, second);
            return;
        }
        for (int u = 0; u < units; u++) {
            h[u] = squash(0, clipped(in[u] + bias[second + u]));
        }
    }

    private void gru(float[] bias, int second, float[] r) {
        boolean linear = call.flag(24);
        product(bias, second, r, call.at(2), h, 0, hidden, re, 0, linear ? rows : 2 * units);
        for (int u = 0; u < units; u++) {
            float reset = squash(0, clipped(in[units + u] + re[units + u]));
            in[u] = squash(0, clipped(in[u] + re[u]));
            re[u] = reset * (linear ? re[2 * units + u] : h[u]);
        }
        float[] memory = re;
        if (!linear) {
            memory = new float[units];
            product(bias, second + 2 * units, r, call.at(2) + 2 * units * hidden, re, 0, hidden, memory, 0, units);
        }
        for (int u = 0; u < units; u++) {
            float next = squash(1, clipped(in[2 * units + u] + memory[u]));
            h[u] = (1 - in[u]) * next + in[u] * h[u];
        }
    }

    private void lstm(float[] bias, int second) {
        float[] p = call.floats(7);
        int pAt = call.at(7);
        boolean peepholes = call.flag(26);
        for (int u = 0; u < units; u++) {
            float i = in[u] + bias[second + u];
            float o = in[units + u] + bias[second + units + u];
            float forget = in[2 * units + u] + bias[second + 2 * units + u];
            float cell = in[3 * units + u] + bias[second + 3 * units + u];
            if (peepholes) {
                i += p[pAt + u] * c[u];
                forget += p[pAt + 2 * units + u] * c[u];
            }
            i = squash(0, clipped(i));
            forget = call.flag(25) ? 1 - i : squash(0, clipped(forget));
            float next = forget * c[u] + i * squash(1, clipped(cell));
            if (peepholes) {
                o += p[pAt + units + u] * next;
            }
            c[u] = next;
            h[u] = squash(0, clipped(o)) * squash(2, next);
        }
    }

    private float clipped(float v) {
        float clip = call.real(23);
        return clip > 0 ? Math.min(Math.max(v, -clip), clip) : v;
    }

    /** Activation number 0, 1 or 2 of the cell. */
    private float squash(int which, float v) {
        float a = call.real(15 + 3 * which);
        float b = call.real(16 + 3 * which);
        return switch (call.size(14 + 3 * which)) {
            case 0 -> Functions.sigmoid(v);
            case 1 -> Functions.tanh(v);
            case 2 -> Math.max(v, 0);
            case 3 -> a * v + b;
            case 4 -> v < 0 ? a * v : v;
            case 5 -> v > a ? v : 0;
            case 6 -> a * Functions.tanh(b * v);
            case 7 -> Math.min(Math.max(a * v + b, 0), 1);
            case 8 -> v < 0 ? a * (Functions.exp(v) - 1) : v;
            case 9 -> v / (1 + Math.abs(v));
            default -> Math.max(v, 0) + (float) Math.log(1 + Functions.exp(-Math.abs(v)));
        };
    }
}
