package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;

/** Windows over up to three axes of planes as the standard writes them; direct_conv.h and direct_pool.h. */
final class Windows {
    private Windows() {}

    /** Constants from {@code first} on: kernel, strides, pads, dilations, three of each. */
    private record Window(int[] kernel, int[] strides, int[] pads, int[] dilations) {
        static Window of(Call call, int first) {
            return new Window(
                    three(call, first), three(call, first + 3), three(call, first + 6), three(call, first + 9));
        }

        private static int[] three(Call call, int first) {
            return new int[] {call.size(first), call.size(first + 1), call.size(first + 2)};
        }

        int taps() {
            return kernel[0] * kernel[1] * kernel[2];
        }

        /** Where a tap of the window at a place lies on an axis. */
        int at(int axis, int place, int tap) {
            int own =
                    axis == 2 ? tap % kernel[2] : axis == 1 ? tap / kernel[2] % kernel[1] : tap / kernel[2] / kernel[1];
            return place * strides[axis] - pads[axis] + own * dilations[axis];
        }
    }

    static int convolution(Call call) {
        float[] x = call.floats(0);
        float[] weights = call.floats(1);
        Region bias = call.region(2, Element.FLOAT32);
        float[] y = call.floats(3);
        int c = call.size(1);
        int d = call.size(2);
        int h = call.size(3);
        int w = call.size(4);
        int o = call.size(5);
        int oh = call.size(7);
        int ow = call.size(8);
        int group = call.size(9);
        int per = c / group;
        Window window = Window.of(call, 10);
        int taps = window.taps();
        for (int row = 0; row < call.size(0) * o * call.size(6) * oh; row++) {
            int out = row / oh / call.size(6) % o;
            int image = row / oh / call.size(6) / o;
            int to = call.at(3) + row * ow;
            java.util.Arrays.fill(y, to, to + ow, (float) bias.real(out));
            for (int channel = 0; channel < per; channel++) {
                int plane = call.at(0) + (image * c + out / (o / group) * per + channel) * d * h * w;
                for (int tap = 0; tap < taps; tap++) {
                    int xd = window.at(0, row / oh % call.size(6), tap);
                    int xh = window.at(1, row % oh, tap);
                    if (xd < 0 || xd >= d || xh < 0 || xh >= h) {
                        continue;
                    }
                    float factor = weights[call.at(1) + (out * per + channel) * taps + tap];
                    int from = plane + (xd * h + xh) * w;
                    for (int i = 0; i < ow; i++) {
                        int xw = window.at(2, i, tap);
                        if (xw >= 0 && xw < w) {
                            y[to + i] += factor * x[from + xw];
                        }
                    }
                }
            }
        }
        return 0;
    }

    static int transposed(Call call) {
        float[] x = call.floats(0);
        float[] weights = call.floats(1);
        Region bias = call.region(2, Element.FLOAT32);
        float[] y = call.floats(3);
        int c = call.size(1);
        int d = call.size(2);
        int h = call.size(3);
        int w = call.size(4);
        int o = call.size(5);
        int od = call.size(6);
        int oh = call.size(7);
        int ow = call.size(8);
        int per = c / call.size(9);
        int outputs = o / call.size(9);
        Window window = Window.of(call, 10);
        int taps = window.taps();
        for (int out = 0; out < call.size(0) * o; out++) {
            int channelOut = out % o;
            int group = channelOut / outputs;
            int to = call.at(3) + out * od * oh * ow;
            java.util.Arrays.fill(y, to, to + od * oh * ow, (float) bias.real(channelOut));
            for (int channel = group * per; channel < (group + 1) * per; channel++) {
                int filter = call.at(1) + (channel * outputs + channelOut % outputs) * taps;
                for (int row = 0; row < d * h; row++) {
                    int from = call.at(0) + ((out / o * c + channel) * d * h + row) * w;
                    for (int tap = 0; tap < taps; tap++) {
                        int yd = window.at(0, row / h, tap);
                        int yh = window.at(1, row % h, tap);
                        if (yd < 0 || yd >= od || yh < 0 || yh >= oh) {
                            continue;
                        }
                        for (int i = 0; i < w; i++) {
                            int yw = window.at(2, i, tap);
                            if (yw >= 0 && yw < ow) {
                                y[to + (yd * oh + yh) * ow + yw] += weights[filter + tap] * x[from + i];
                            }
                        }
                    }
                }
            }
        }
        return 0;
    }

    static int pool(Call call) {
        float[] x = call.floats(0);
        float[] y = call.floats(1);
        int[] in = {call.size(1), call.size(2), call.size(3)};
        int[] out = {call.size(4), call.size(5), call.size(6)};
        Window window = Window.of(call, 7);
        int[] ends = {call.size(19), call.size(20), call.size(21)};
        boolean pads = call.flag(22);
        boolean maximum = call.flag(23);
        for (int at = 0; at < call.size(0) * out[0] * out[1] * out[2]; at++) {
            int[] place = {at / out[2] / out[1] % out[0], at / out[2] % out[1], at % out[2]};
            int plane = call.at(0) + at / (out[0] * out[1] * out[2]) * in[0] * in[1] * in[2];
            float sum = maximum ? Float.NEGATIVE_INFINITY : 0;
            int count = 0;
            for (int tap = 0; tap < window.taps(); tap++) {
                boolean inside = true;
                boolean padded = true;
                int from = 0;
                for (int axis = 0; axis < 3; axis++) {
                    int p = window.at(axis, place[axis], tap);
                    inside &= p >= 0 && p < in[axis];
                    padded &= p >= -window.pads()[axis] && p < in[axis] + ends[axis];
                    from = from * in[axis] + p;
                }
                count += (pads ? padded : inside) ? 1 : 0;
                if (inside) {
                    float value = x[plane + from];
                    sum = !maximum ? sum + value : value <= sum ? sum : value;
                }
            }
            y[call.at(1) + at] = maximum ? sum : sum / Math.max(count, 1);
        }
        return 0;
    }

    /** Where the first maximum of each window lies in the whole of x. */
    static int maxima(Call call, Element type) {
        Region x = call.region(0, type);
        Region y = call.region(1, Element.INT64);
        int[] in = {call.size(1), call.size(2), call.size(3)};
        int[] out = {call.size(4), call.size(5), call.size(6)};
        Window window = Window.of(call, 7);
        for (int at = 0; at < call.size(0) * out[0] * out[1] * out[2]; at++) {
            int[] place = {at / out[2] / out[1] % out[0], at / out[2] % out[1], at % out[2]};
            int plane = at / (out[0] * out[1] * out[2]) * in[0] * in[1] * in[2];
            int best = -1;
            int where = 0;
            for (int tap = 0; tap < window.taps(); tap++) {
                int xd = window.at(0, place[0], tap);
                int xh = window.at(1, place[1], tap);
                int xw = window.at(2, place[2], tap);
                boolean inside = xd >= 0 && xd < in[0] && xh >= 0 && xh < in[1] && xw >= 0 && xw < in[2];
                int from = (xd * in[1] + xh) * in[2] + xw;
                if (inside && (best < 0 || larger(x, plane + from, plane + best))) {
                    best = from;
                    where = call.flag(19) ? xd + xh * in[0] + xw * in[0] * in[1] : from;
                }
            }
            y.putWhole(at, plane + where);
        }
        return 0;
    }

    /** Bytes are compared as they are held. */
    private static boolean larger(Region x, int a, int b) {
        return x.real(a) > x.real(b);
    }
}
