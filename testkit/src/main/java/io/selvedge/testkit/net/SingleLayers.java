package io.selvedge.testkit.net;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.op.Transpose;
import java.util.List;
import java.util.Locale;

/** One layer, so that what is measured is its kernel. Convolutions pad so that a stride of 1 keeps the plane. */
final class SingleLayers {
    private SingleLayers() {}

    /**
     * A convolution with a Relu.
     *
     * @param group 1, or the number of channels for a depthwise one
     * @param channelsLast input and output are NHWC, with Transposes around the layer
     */
    static Graph conv(int plane, int from, int to, int kernel, int group, boolean channelsLast) {
        Layers net = new Layers(convName(plane, from, to, kernel, group, channelsLast));
        String x = channelsLast
                ? net.add("nchw", new Transpose(List.of(0, 3, 1, 2)), net.input(1, plane, plane, from))
                : net.input(1, from, plane, plane);
        int pad = kernel / 2;
        String y = net.relu(net.conv(x, to, kernel, 1, group, List.of(pad, pad, pad, pad), Layers.RELU_GAIN));
        return net.build(channelsLast ? net.add("nhwc", new Transpose(List.of(0, 2, 3, 1)), y) : y);
    }

    static String convName(int plane, int from, int to, int kernel, int group, boolean channelsLast) {
        return String.format(
                Locale.ROOT,
                "%s%dx%d_%d_%dto%d%s",
                group == 1 ? "conv" : "depthwise",
                kernel,
                kernel,
                plane,
                from,
                to,
                channelsLast ? "_nhwc" : "");
    }

    /** {@code Y = X W' + b}: X [rows, from], Y [rows, to]. */
    static Graph linear(String kind, int rows, int from, int to) {
        Layers net = new Layers(linearName(kind, rows, from, to));
        return net.build(net.linear(net.input(rows, from), to, 1));
    }

    static String linearName(String kind, int rows, int from, int to) {
        return String.format(Locale.ROOT, "%s_%dx%dx%d", kind, rows, from, to);
    }
}
