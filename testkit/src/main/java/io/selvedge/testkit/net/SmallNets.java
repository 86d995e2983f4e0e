package io.selvedge.testkit.net;

import io.selvedge.compiler.ir.Graph;
import io.selvedge.compiler.op.Binary;
import io.selvedge.compiler.op.Reduce;
import io.selvedge.compiler.op.Unary;
import java.util.List;

/** Networks that learn their task within minutes. */
final class SmallNets {
    /** 16 cycles of 14 sensors. */
    private static final int WINDOW = 224;

    private static final int[] AUTOENCODER = {128, 64, 8, 64, 128};

    private SmallNets() {}

    /** Handwritten digits, 28x28, ten scores: three convolutions. */
    static Graph digits() {
        Layers net = new Layers("digit_cnn");
        String x = net.input(1, 1, 28, 28);
        x = net.maxPool(net.relu(net.normalizedConv(x, 16, 3, 1)), 2, 2, 0);
        x = net.maxPool(net.relu(net.normalizedConv(x, 32, 3, 1)), 2, 2, 0);
        x = net.relu(net.normalizedConv(x, 64, 3, 1));
        return net.build(net.linear(net.pooled(x), 10, 1));
    }

    /**
     * How unusual a window of sensors is: {@code sqrt(mean((x - autoencoder(x))²))}. Trained to give 0 with the mean squared error,
     * its loss is that of the reconstruction.
     */
    static Graph windows() {
        Layers net = new Layers("window_autoencoder");
        String input = net.input(1, WINDOW);
        String x = input;
        for (int width : AUTOENCODER) {
            x = net.relu(net.linear(x, width, Layers.RELU_GAIN));
        }
        String error = net.binary(Binary.Kind.SUB, input, net.linear(x, WINDOW, 1));
        String mean = net.add(
                "mean", new Reduce(Reduce.Kind.MEAN, List.of(1), true), net.binary(Binary.Kind.MUL, error, error));
        return net.build(net.add("score", new Unary(Unary.Kind.SQRT), mean));
    }
}
