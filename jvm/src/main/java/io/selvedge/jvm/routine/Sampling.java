package io.selvedge.jvm.routine;

import io.selvedge.jvm.program.Element;

/** Values between the elements of images, in f64 but for deformed windows; sample.h, roi_align.h and deform_conv.h. */
final class Sampling {
    private static final int NEAREST = 0;
    private static final int LINEAR = 1;
    private static final int ZEROS = 0;
    private static final int BORDER = 1;
    private static final double MOST_BIN_ELEMENTS = 0x1p20;

    private Sampling() {}

    private static double reflected(double at, double low, double high) {
        double range = high - low;
        if (range <= 0) {
            return 0;
        }
        double turn = Math.abs(at - low) % (2 * range);
        return low + (turn > range ? 2 * range - turn : turn);
    }

    /** Where a place on an axis of n elements lies when it may not leave the image. */
    private static double inside(double at, int n, int padding, boolean corners) {
        if (padding == ZEROS) {
            return at;
        }
        if (padding == BORDER) {
            return at < 0 ? 0 : at > n - 1 ? n - 1 : at;
        }
        return reflected(at, corners ? 0 : -0.5, corners ? n - 1 : n - 0.5);
    }

    /** The elements of one axis that a place is mixed from, -1 for one outside of the image, and their weights; how many. */
    private static int taps(double at, int n, int mode, int padding, boolean corners, int[] index, double[] weight) {
        double a = -0.75;
        int first = (int) Math.floor(at);
        double t = at - first;
        double u = 1 - t;
        int from = first;
        int taps = 1;
        weight[0] = 1;
        if (mode == NEAREST) {
            from = (int) Math.rint(at);
        } else if (mode == LINEAR) {
            taps = 2;
            weight[0] = u;
            weight[1] = t;
        } else {
            taps = 4;
            from--;
            weight[0] = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
            weight[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
            weight[2] = ((a + 2) * u - (a + 3)) * u * u + 1;
            weight[3] = ((a * (u + 1) - 5 * a) * (u + 1) + 8 * a) * (u + 1) - 4 * a;
        }
        for (int k = 0; k < taps; k++) {
            double place = inside((double) from + k, n, padding, corners);
            index[k] = place >= 0 && place < n ? (int) place : -1;
        }
        return taps;
    }

    static int grid(Call call) {
        Region x = call.region(0, call.size(0));
        Region grid = call.region(1, call.size(1));
        Region y = call.region(2, call.size(0));
        int channels = call.size(3);
        int points = call.size(4);
        int spatial = call.size(5);
        int[] extents = call.list(6);
        boolean corners = call.flag(9);
        int plane = extents[0] * extents[1] * extents[2];
        for (int i = 0; i < call.size(2) * points; i++) {
            int[][] index = new int[3][4];
            double[][] weight = {{1, 0, 0, 0}, {1, 0, 0, 0}, {1, 0, 0, 0}};
            int[] taps = {1, 1, 1};
            for (int axis = 3 - spatial; axis < 3; axis++) {
                double g = grid.real(i * spatial + 2 - axis);
                int n = extents[axis];
                double at = corners ? (g + 1) / 2 * (n - 1) : ((g + 1) * n - 1) / 2;
                double place = inside(at, n, call.size(8), corners);
                taps[axis] = taps(place, n, call.size(7), call.size(8), corners, index[axis], weight[axis]);
            }
            for (int c = 0; c < channels; c++) {
                int start = (i / points * channels + c) * plane;
                double sum = mixed(x, start, extents, index, weight, taps);
                y.putReal((i / points * channels + c) * points + i % points, sum);
            }
        }
        return 0;
    }

    private static double mixed(Region x, int start, int[] extents, int[][] index, double[][] weight, int[] taps) {
        double sum = 0;
        for (int d = 0; d < taps[0]; d++) {
            double rows = 0;
            for (int h = 0; h < taps[1]; h++) {
                double columns = 0;
                for (int w = 0; w < taps[2]; w++) {
                    if (index[0][d] >= 0 && index[1][h] >= 0 && index[2][w] >= 0) {
                        int at = start + (index[0][d] * extents[1] + index[1][h]) * extents[2] + index[2][w];
                        columns += weight[2][w] * x.real(at);
                    }
                }
                if (index[1][h] >= 0) {
                    rows += weight[1][h] * columns;
                }
            }
            if (index[0][d] >= 0) {
                sum += weight[0][d] * rows;
            }
        }
        return sum;
    }

    /** The four weighted neighbours of a place, whose sum is the value there. */
    private static void neighbours(
            Region x, int plane, int height, int width, double row, double column, double[] terms) {
        java.util.Arrays.fill(terms, 0);
        if (!(row >= -1 && row <= height && column >= -1 && column <= width)) {
            return;
        }
        double v = row < 0 ? 0 : Math.min(row, height - 1);
        double u = column < 0 ? 0 : Math.min(column, width - 1);
        int top = (int) v;
        int left = (int) u;
        double down = v - top;
        double across = u - left;
        for (int k = 0; k < terms.length; k++) {
            int h = k / 2 == 1 && top + 1 < height ? top + 1 : top;
            int w = k % 2 == 1 && left + 1 < width ? left + 1 : left;
            double share = (k / 2 == 1 ? down : 1 - down) * (k % 2 == 1 ? across : 1 - across);
            terms[k] = share * x.real(plane + h * width + w);
        }
    }

    static int regions(Call call) {
        Region x = call.region(0, call.size(0));
        Region regions = call.region(1, call.size(0));
        Region images = call.indices(2, call.size(1));
        Region y = call.region(3, call.size(0));
        int[] extents = call.list(2);
        int height = call.size(4);
        int columns = call.size(5);
        boolean half = call.flag(8);
        if (extents[2] == 0 || extents[3] == 0) {
            return 1;
        }
        double[] corner = new double[4];
        for (int i = 0; i < call.size(3) * extents[1] * height * columns; i++) {
            int bin = i % (height * columns);
            int channel = i / (height * columns) % extents[1];
            int region = i / (height * columns) / extents[1];
            int image = images.place(region, extents[0]);
            if (image < 0) {
                return 1;
            }
            for (int k = 0; k < corner.length; k++) {
                corner[k] = regions.real(region * 4 + k) * (double) call.real(7) - (half ? 0.5 : 0);
            }
            // Without half pixels a region covers one pixel at least.
            double w = !half && corner[2] - corner[0] < 1 ? 1 : corner[2] - corner[0];
            double h = !half && corner[3] - corner[1] < 1 ? 1 : corner[3] - corner[1];
            double binW = w / columns;
            double binH = h / height;
            if (!(binW < MOST_BIN_ELEMENTS && binH < MOST_BIN_ELEMENTS)) {
                return 1;
            }
            int plane = (image * extents[1] + channel) * extents[2] * extents[3];
            int down = bin / columns;
            double top = corner[1] + down * binH;
            double left = corner[0] + bin % columns * binW;
            y.putReal(i, pooled(call, x, plane, extents, top, left, binH, binW));
        }
        return 0;
    }

    /** The mean or the largest neighbour of a bin's places. */
    private static double pooled(
            Call call, Region x, int plane, int[] extents, double top, double left, double binH, double binW) {
        int samples = call.size(6);
        int downs = samples > 0 ? samples : (int) Math.ceil(binH);
        int acrosses = samples > 0 ? samples : (int) Math.ceil(binW);
        double sum = 0;
        double largest = Double.NEGATIVE_INFINITY;
        double[] terms = new double[4];
        for (int r = 0; r < downs; r++) {
            for (int c = 0; c < acrosses; c++) {
                double row = top + (r + 0.5) / downs * binH;
                double column = left + (c + 0.5) / acrosses * binW;
                neighbours(x, plane, extents[2], extents[3], row, column, terms);
                for (double term : terms) {
                    sum += term;
                    largest = term > largest ? term : largest;
                }
            }
        }
        if (downs <= 0 || acrosses <= 0) {
            return 0;
        }
        return call.flag(9) ? largest : sum / ((double) downs * acrosses);
    }

    private static float between(float[] x, int plane, int height, int width, float row, float column) {
        if (!(row > -1 && row < height && column > -1 && column < width)) {
            return 0;
        }
        int top = (int) (row + 1) - 1;
        int left = (int) (column + 1) - 1;
        float down = row - top;
        float across = column - left;
        float sum = 0;
        for (int k = 0; k < 4; k++) {
            int h = top + k / 2;
            int w = left + k % 2;
            if (h >= 0 && h < height && w >= 0 && w < width) {
                float share = (k / 2 == 1 ? down : 1 - down) * (k % 2 == 1 ? across : 1 - across);
                sum += share * x[plane + h * width + w];
            }
        }
        return sum;
    }

    static int deformed(Call call) {
        float[] x = call.floats(0);
        float[] weights = call.floats(1);
        float[] offsets = call.floats(2);
        Region bias = call.region(3, Element.FLOAT32);
        float[] mask = call.floats(4);
        float[] y = call.floats(5);
        int c = call.size(1);
        int height = call.size(2);
        int width = call.size(3);
        int o = call.size(4);
        int ow = call.size(6);
        int kw = call.size(8);
        int taps = call.size(7) * kw;
        int places = call.size(5) * ow;
        int group = call.size(15);
        int per = c / group;
        for (int i = 0; i < call.size(0) * o * places; i++) {
            y[call.at(5) + i] = (float) bias.real(i / places % o);
        }
        for (int channel = 0; channel < call.size(0) * c; channel++) {
            int image = channel / c;
            int in = channel % c;
            int moved = image * call.size(16) + in / (c / call.size(16));
            for (int i = 0; i < taps * places; i++) {
                int tap = i / places;
                int place = i % places;
                int rows = call.at(2) + (moved * taps + tap) * 2 * places + place;
                float row = place / ow * call.size(9) - call.size(11) + tap / kw * call.size(13) + offsets[rows];
                float column =
                        place % ow * call.size(10) - call.size(12) + tap % kw * call.size(14) + offsets[rows + places];
                float value = between(x, call.at(0) + channel * height * width, height, width, row, column);
                if (call.flag(17)) {
                    value *= mask[call.at(4) + (moved * taps + tap) * places + place];
                }
                int first = in / per * (o / group);
                for (int out = first; out < first + o / group; out++) {
                    float weight = weights[call.at(1) + (out * per + in % per) * taps + tap];
                    y[call.at(5) + (image * o + out) * places + place] += weight * value;
                }
            }
        }
        return 0;
    }
}
