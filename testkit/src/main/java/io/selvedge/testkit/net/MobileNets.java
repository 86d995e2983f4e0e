package io.selvedge.testkit.net;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.op.Softmax;

/**
 * MobileNets for images.
 *
 * @see <a href="https://arxiv.org/abs/1704.04861">MobileNets (v1)</a>
 * @see <a href="https://arxiv.org/abs/1801.04381">MobileNetV2</a>
 */
final class MobileNets {
    /** Output channels at full width and stride of every separable convolution. */
    private static final int[][] V1 = {
        {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1},
        {1024, 2}, {1024, 1}
    };

    /** Expansion, output channels, blocks, stride of the first. */
    private static final int[][] V2 = {
        {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}
    };

    private static final double LINEAR_GAIN = 1;
    /** Of what a sum adds: less than 1, so that a chain of sums does not grow. */
    private static final double BRANCH_GAIN = 0.7;

    private MobileNets() {}

    /** A quarter of the width, 96x96, two classes: the visual wake words network of MLPerf Tiny, padded as TensorFlow does. */
    static Graph quarterV1() {
        Layers net = new Layers("mobilenet_v1_025_96");
        String x = net.relu(same(net, net.input(1, 3, 96, 96), 8, 3, 2, 1));
        for (int[] block : V1) {
            int channels = net.extents(x)[1];
            x = net.relu(same(net, x, channels, 3, block[1], channels));
            x = net.relu(net.conv(x, block[0] / 4, 1, 1, Layers.RELU_GAIN));
        }
        return net.build(net.add("softmax", new Softmax(1, false), net.linear(net.pooled(x), 2, LINEAR_GAIN)));
    }

    private static String same(Layers net, String x, int channels, int kernel, int stride, int group) {
        return net.conv(
                x, channels, kernel, stride, group, Layers.same(net.extents(x)[2], kernel, stride), Layers.RELU_GAIN);
    }

    /** 224x224, as torchvision exports it. */
    static Graph v2() {
        Layers net = new Layers("mobilenet_v2");
        String x = net.relu6(net.conv(net.input(1, 3, 224, 224), 32, 3, 2, Layers.RELU_GAIN));
        for (int[] group : V2) {
            for (int block = 0; block < group[2]; block++) {
                x = inverted(net, x, group[0], group[1], block == 0 ? group[3] : 1);
            }
        }
        x = net.relu6(net.conv(x, 1280, 1, 1, Layers.RELU_GAIN));
        return net.build(net.linear(net.pooled(x), 1000, LINEAR_GAIN));
    }

    private static String inverted(Layers net, String x, int expansion, int channels, int stride) {
        int in = net.extents(x)[1];
        String wide = expansion == 1 ? x : net.relu6(net.conv(x, in * expansion, 1, 1, Layers.RELU_GAIN));
        String filtered = net.relu6(net.depthwise(wide, 3, stride, Layers.RELU_GAIN));
        boolean adds = stride == 1 && in == channels;
        String y = net.conv(filtered, channels, 1, 1, adds ? BRANCH_GAIN : LINEAR_GAIN);
        return adds ? net.sum(x, y) : y;
    }
}
