package io.selvedge.testkit.net;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.op.Softmax;

/**
 * Residual networks of torchvision, 224x224, 1000 classes; the stride of a bottleneck is in its 3x3 convolution. And the small one of
 * MLPerf Tiny, of any width.
 *
 * @see <a href="https://arxiv.org/abs/1512.03385">Deep Residual Learning</a>
 */
final class ResNets {
    private static final int[] CHANNELS = {64, 128, 256, 512};
    private static final int[] BLOCKS_18 = {2, 2, 2, 2};
    private static final int[] BLOCKS_50 = {3, 4, 6, 3};
    private static final int EXPANSION = 4;
    /** Of what a sum adds: with 1 the second moment would double in every block. */
    private static final double BRANCH_GAIN = 0.5;

    private ResNets() {}

    static Graph resnet18() {
        return resnet("resnet18", BLOCKS_18, false);
    }

    static Graph resnet50() {
        return resnet("resnet50", BLOCKS_50, true);
    }

    /**
     * Pixels of 0 to 255 as they are, 32x32, ten classes: the image classifier of MLPerf Tiny, which has width 16, with its batch
     * norms.
     */
    static Graph resnet8(int width) {
        Layers net = new Layers(resnet8Name(width));
        String x = net.relu(net.normalizedConv(net.input(1, 3, 32, 32), width, 3, 1));
        for (int stage = 0; stage < 3; stage++) {
            int channels = width << stage;
            int stride = stage == 0 ? 1 : 2;
            String y = net.relu(net.normalizedConv(x, channels, 3, stride));
            y = net.normalizedConv(y, channels, 3, 1);
            String shortcut = stage == 0 ? x : net.normalizedConv(x, channels, 1, stride);
            x = net.relu(net.sum(y, shortcut));
        }
        return net.build(net.add("softmax", new Softmax(1, false), net.linear(net.pooled(x), 10, 1)));
    }

    static String resnet8Name(int width) {
        return "resnet8_w" + width;
    }

    private static Graph resnet(String name, int[] blocks, boolean bottleneck) {
        Layers net = new Layers(name);
        String x = net.relu(net.conv(net.input(1, 3, 224, 224), 64, 7, 2, Layers.RELU_GAIN));
        x = net.maxPool(x, 3, 2, 1);
        for (int stage = 0; stage < blocks.length; stage++) {
            for (int block = 0; block < blocks[stage]; block++) {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                x = block(net, x, CHANNELS[stage], stride, bottleneck);
            }
        }
        return net.build(net.linear(net.pooled(x), 1000, 1));
    }

    private static String block(Layers net, String x, int channels, int stride, boolean bottleneck) {
        int out = bottleneck ? EXPANSION * channels : channels;
        String y;
        if (bottleneck) {
            y = net.relu(net.conv(x, channels, 1, 1, Layers.RELU_GAIN));
            y = net.relu(net.conv(y, channels, 3, stride, Layers.RELU_GAIN));
            y = net.conv(y, out, 1, 1, BRANCH_GAIN);
        } else {
            y = net.relu(net.conv(x, channels, 3, stride, Layers.RELU_GAIN));
            y = net.conv(y, out, 3, 1, BRANCH_GAIN);
        }
        String shortcut = stride != 1 || net.extents(x)[1] != out ? net.conv(x, out, 1, stride, 1) : x;
        return net.relu(net.sum(y, shortcut));
    }
}
